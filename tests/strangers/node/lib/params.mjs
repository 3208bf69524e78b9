import { apiError, dataError, plainError } from './errors.mjs';

const bodyErrors = {
  missing: (name) => apiError('MissingParameter', name),
  invalid: (name) => apiError('InvalidParameterValue', name),
};
const dataErrors = {
  missing: (name) => dataError(`Required String parameter '${name}' is not present`),
  invalid: (name) => dataError(`Invalid request parameter: ${name}`),
};
const plainErrors = {
  missing: (name) => plainError(`need ${name} args`),
  invalid: (name) => plainError(`Invalid request parameter: ${name}`),
};

// Typed access to the members of a JSON object. `null` counts as absent.
export class BodyParams {
  constructor(source, path = '') {
    this.source = source;
    this.path = path;
  }

  name(key) { return this.path ? `${this.path}.${key}` : key; }
  missing(key) { return bodyErrors.missing(this.name(key)); }
  invalid(key) { return bodyErrors.invalid(this.name(key)); }
  has(key) { return this.source[key] !== undefined && this.source[key] !== null; }

  value(key, { required = false, fallback } = {}, check) {
    if (!this.has(key)) {
      if (required) throw this.missing(key);
      return fallback;
    }
    const value = this.source[key];
    if (!check(value)) throw this.invalid(key);
    return value;
  }

  string(key, options = {}) {
    return this.value(key, options, (v) => typeof v === 'string'
      && (options.allowEmpty || v.trim() !== '')
      && (!options.oneOf || options.oneOf.includes(v))
      && (!options.pattern || options.pattern.test(v)));
  }

  integer(key, options = {}) {
    return this.value(key, options, (v) => Number.isInteger(v)
      && (options.min === undefined || v >= options.min)
      && (options.max === undefined || v <= options.max)
      && (!options.check || options.check(v)));
  }

  number(key, options = {}) {
    return this.value(key, options, (v) => typeof v === 'number' && Number.isFinite(v)
      && (options.min === undefined || v >= options.min)
      && (options.max === undefined || v <= options.max));
  }

  boolean(key, options = {}) {
    return this.value(key, options, (v) => typeof v === 'boolean');
  }

  array(key, options = {}) {
    return this.value(key, options, (v) => Array.isArray(v)
      && (!options.nonEmpty || v.length > 0)
      && (!options.items || v.every(options.items)));
  }

  object(key, options = {}) {
    const value = this.value(key, options, isObject);
    return value === undefined ? undefined : new BodyParams(value, this.name(key));
  }

  objects(key, options = {}) {
    const list = this.array(key, { ...options, items: isObject });
    return list?.map((item, i) => new BodyParams(item, `${this.name(key)}[${i}]`));
  }
}

export const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

// Typed access to the query string. An empty value counts as absent.
export class QueryParams {
  constructor(search, flavour = 'body') {
    this.search = search;
    this.errors = { body: bodyErrors, data: dataErrors, plain: plainErrors }[flavour];
  }

  missing(key) { return this.errors.missing(key); }
  invalid(key) { return this.errors.invalid(key); }

  string(key, { required = false, fallback, oneOf } = {}) {
    const value = this.search.get(key);
    if (value === null || value === '') {
      if (required) throw this.missing(key);
      return fallback;
    }
    if (oneOf && !oneOf.includes(value)) throw this.invalid(key);
    return value;
  }

  integer(key, { fallback, min = -Infinity, max = Infinity } = {}) {
    const text = this.string(key);
    if (text === undefined) return fallback;
    if (!/^-?\d{1,15}$/.test(text)) throw this.invalid(key);
    const value = Number(text);
    if (value < min || value > max) throw this.invalid(key);
    return value;
  }

  // "a,b" and "key=a&key=b" are both understood.
  list(key, { required = false, oneOf } = {}) {
    const values = this.search.getAll(key).flatMap((v) => v.split(','))
      .map((v) => v.trim()).filter(Boolean);
    if (values.length === 0) {
      if (required) throw this.missing(key);
      return undefined;
    }
    if (oneOf && values.some((v) => !oneOf.includes(v))) throw this.invalid(key);
    return [...new Set(values)];
  }

  time(key, { required = false, fallback } = {}) {
    const text = this.string(key, { required });
    if (text === undefined) return fallback;
    const ms = TIME.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(ms) || formatTime(ms) !== text) throw this.invalid(key);
    return ms;
  }

  // A UTC day, as the milliseconds of its midnight.
  date(key, { required = false, fallback } = {}) {
    const text = this.string(key, { required });
    if (text === undefined) return fallback;
    const ms = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    if (Number.isNaN(ms) || formatDate(ms) !== text) throw this.invalid(key);
    return ms;
  }
}

export const formatTime = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
export const formatDate = (ms) => new Date(ms).toISOString().slice(0, 10);
