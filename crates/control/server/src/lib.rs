//! HTTP: routes, sessions, problems, OpenAPI.
