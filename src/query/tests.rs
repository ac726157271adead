//! Tests of the filter language and the planner as a whole.

mod error_cases;
mod evaluation;
mod fuzz;
mod laws;
mod parsing;
mod planning;
mod sample;
mod widening;
