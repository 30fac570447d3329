--- A recipe fails while it is loaded, with a text that would rewrite the terminal.
--: as odd
--: run odd
--: exit 1 2
error("\27[2J\27]0;owned\7" .. "\xc2\x9b31m")
