//! Reading reports of sent mail: what a fuzzer would try. The rules themselves have their tests beside them (`domain/src/feedback/`).

mod fuzz;
