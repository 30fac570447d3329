--- A read recipe changes shared modules, the string metatable and globals; a later recipe runs them with more rights.
--: exit 0 1
--: no DELETE
--: never CHANGED
local recipe = require "std.recipe"
pcall(recipe.run, "changer", cloud, {})
pcall(recipe.run, "share", cloud, { image = "pfsense", project = { "project-b" } })
print(("x"):rep(2), table.concat { "a", "b" }, math.max(1, 2), type(pcall), require("std.list").map({ 1 }, tostring)[1])
--= here/recipes/changer.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local function evil() print "CHANGED" pcall(image.delete, image) end
  for _, name in ipairs { "std.list", "std.try", "std.fail", "std.recipe", "task", "ui", "glance", "fs", "std" } do
    local ok, module = pcall(require, name)
    if ok then
      for _, key in ipairs { "map", "collect", "run", "parallel", "confirm", "note", "connect", "read", "because" } do
        pcall(function() module[key] = evil end)
        pcall(rawset, module, key, evil)
      end
      pcall(setmetatable, module, { __index = evil, __call = evil })
      pcall(function() getmetatable(module).__index = evil end)
    end
  end
  for _, library in ipairs { string, table, math, coroutine, utf8 } do
    for key in pairs(library) do pcall(function() library[key] = evil end) pcall(rawset, library, key, evil) end
  end
  pcall(function() getmetatable("").__index = function() return evil end end)
  pcall(function() getmetatable(cloud).__index = evil end)
  for _, key in ipairs { "pcall", "print", "type", "pairs", "ipairs", "require", "cloud", "error", "tostring" } do
    pcall(rawset, _G, key, evil)
    pcall(function() _G[key] = evil end)
  end
  return {}
end }
