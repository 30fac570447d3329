--- A recipe whose header, arguments and columns would rewrite the terminal.
--: as odd
--: run recipes
--: run odd --help
--: run odd
--: exit 0 1 2
--- Shares[2J an image[31m.
return {
  effects = "read", columns = { "\27[2Ja", "b" }, args = { { "--x", help = "\27[31mred" } },
  run = function() return { { ["\27[2Ja"] = "\27[31m", b = "\xc2\x9b31m" } } end,
}
