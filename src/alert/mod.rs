//! The room `alert`.
