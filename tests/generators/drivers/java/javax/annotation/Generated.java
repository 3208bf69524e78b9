package javax.annotation;

/** What JSR-250 has: generated code is marked by it, and JDKs have left it out since 11. */
public @interface Generated {
  String[] value();

  String date() default "";

  String comments() default "";
}
