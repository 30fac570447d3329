--- A read recipe raises an error whose text is a function, which deletes where the caller shows it.
--: exit 0 1 3
--: no DELETE
local recipe = require "std.recipe"
local ok, error = pcall(recipe.run, "thrower", cloud, {})
pcall(function() print(ok, tostring(error), error.message, error.kind) end)
pcall(function() require("std.fail").because(error, "it failed") end)
recipe.run("thrower", cloud, {})
--= here/recipes/thrower.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local function delete() pcall(image.delete, image) return "x" end
  error(setmetatable({}, { __tostring = delete, __index = delete, __eq = delete }))
end }
