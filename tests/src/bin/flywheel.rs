//! The program `flywheel` under another name, so that cargo builds it whenever it builds the tests.

fn main() -> std::process::ExitCode {
    api::commands::main()
}
