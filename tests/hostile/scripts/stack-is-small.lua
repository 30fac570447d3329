--- A small stack, and everything that recurses.
--: shell ulimit -s 1024
--: exit 0
--: says survived
local function f() return 1 + f() end
pcall(f)
pcall(load, ("("):rep(1e4))
local t = {}
for _ = 1, 1e5 do t = { t } end
pcall(require("std.json").encode, t)
pcall(require("std.json").decode, ("["):rep(1e5))
print(#require("std.inspect")(t) > 0 and "survived")
