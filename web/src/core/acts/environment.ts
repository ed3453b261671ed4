/**
 * The environment of every SQL job of this release. Engine and broker compute it from engine semantics and function list;
 * here it is a constant that `web/vectors/statements.json`, which Rust writes, is compared with in the tests.
 */
export const SQL_ENVIRONMENT = "";
