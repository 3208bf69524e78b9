package javax.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

/** What JSR-305 has. */
@Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE_USE})
public @interface Nonnull {}
