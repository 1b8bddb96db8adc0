//! The room `desk`.
