--- Values, keys and names of columns that would rewrite the terminal, in each format.
--: as odd
--: run odd
--: run -f table odd
--: run -c a odd
--: run --sort-column a odd
--: exit 0 1 2
return { effects = "read", args = {}, run = function()
  return { { a = "\27[2J", ["\27[31mkey"] = "\7", ["b\r"] = "x\ry", ["\xc2\x9b"] = 1 } }
end }
