//! Operations of servers that an OpenAPI document describes.
