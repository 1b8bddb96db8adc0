//! Tests of the room `relevance`.
