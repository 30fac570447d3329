--- JSON of a table that holds itself a hundred million times over, by shared parts.
--: memory 64
--: exit 0
--: says false
local t = { 1, 2, 3 }
for _ = 1, 28 do t = { t, t } end
print(pcall(require("std.json").encode, t))
