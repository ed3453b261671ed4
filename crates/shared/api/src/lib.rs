//! Request, response and problem types of the REST API.
