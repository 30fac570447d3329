--- The text of a table of long strings, shared a hundred thousand times.
--: memory 64
--: exit 0
local s, t = ("x"):rep(1e6), {}
for i = 1, 50 do t[i] = s end
for _ = 1, 3 do local u = {} for i = 1, 50 do u[i] = t end t = u end
print((pcall(function() return #require("std.inspect")(t) end)))
