//! argv, terminal, REPL, rendering, exit codes: the only code that prints or reads the environment.
