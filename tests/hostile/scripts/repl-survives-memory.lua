--- What is typed takes all memory, in Lua and in Rust, and the REPL goes on.
--: repl
--: memory 64
--: exit 0 1 2 3
("x"):rep(1e12)
t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1e5) .. i end
t = nil
d = {1} for i = 1, 30 do d = {d, d} end
d
require("std.json").encode(d)
#require("std.inspect")(d)
d = nil
fs.read "/dev/zero"
