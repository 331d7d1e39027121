//! The binary: parse, run, exit.

use std::process::ExitCode;

/// Lowering and judging make and drop many small things, on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trailwarden::cli::main()
}
