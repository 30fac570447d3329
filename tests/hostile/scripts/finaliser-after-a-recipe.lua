--- A read recipe leaves a finaliser behind, which would run in the caller's scope and at the end of the process.
--: exit 0
--: no DELETE
--: never finaliser ran
local recipe = require "std.recipe"
pcall(recipe.run, "leaver", cloud, {})
for _ = 1, 5 do collectgarbage() end
require("task").sleep(0.05)
print(cloud:image("pfsense").name)
--= here/recipes/leaver.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  pcall(function()
    setmetatable({}, { __gc = function() print "finaliser ran" pcall(image.delete, image) end })
  end)
  pcall(function()
    local meta = {}
    local left = setmetatable({}, meta)
    meta.__gc = function() print "finaliser ran" pcall(image.delete, image) end
    setmetatable(left, meta)
  end)
  return {}
end }
