--- A text of JSON that takes ten times its size when it is read.
--: memory 64
--: exit 0
--: says false
local json = require "std.json"
print((pcall(json.decode, "[" .. ("[],"):rep(5e6) .. "[]]")))
print((pcall(json.decode, ("["):rep(1e6))))
