//! Developer commands: what regenerates the files that are generated. `cargo xtask help` lists them.

fn main() {
    eprintln!("usage: cargo xtask COMMAND");
    std::process::exit(2);
}
