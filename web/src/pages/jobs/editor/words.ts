/** Words of SQL that are worth offering, and the functions that jobs have. A test compares these with the engine's. */
export const KEYWORDS: readonly string[] = (
  "select from where group by order having limit offset distinct as join inner left right full outer cross on using " +
  "and or not in is null like between exists case when then else end union all intersect except with values " +
  "asc desc nulls first last cast interval over partition filter date timestamp true false " +
  "integer bigint double varchar boolean extract"
).split(" ");

export const FUNCTIONS: readonly string[] = (
  "approx_distinct ascii avg bit_length btrim ceil character_length coalesce concat concat_ws contains corr count " +
  "covar_pop covar_samp date_bin date_part date_trunc dense_rank ends_with exp first_value floor greatest initcap lag " +
  "last_value lead least left ln log10 lower lpad ltrim make_date max md5 median min nth_value ntile nullif nvl " +
  "octet_length percent_rank rank replace reverse right round row_number rpad rtrim sha256 split_part sqrt starts_with " +
  "stddev stddev_pop strpos substr sum to_char to_date to_timestamp translate trunc upper var var_pop"
).split(" ");
