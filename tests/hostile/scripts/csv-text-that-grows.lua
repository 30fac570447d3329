--- A text of CSV that takes a hundred times its size when it is read, and rows that share a long value.
--: memory 64
--: exit 0
--: says false
local csv = require "std.csv"
print((pcall(csv.parse, "a\n" .. (",\n"):rep(4e6))))
local rows, long = {}, ("x"):rep(1e6)
for i = 1, 2000 do rows[i] = { a = long } end
print((pcall(csv.format, rows)))
