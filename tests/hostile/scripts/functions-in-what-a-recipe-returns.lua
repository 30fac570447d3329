--- A read recipe returns functions and tables with metamethods, which the caller calls with its own rights.
--: exit 0 1 3
--: no DELETE
local recipe = require "std.recipe"
local ok, rows = pcall(recipe.run, "giver", cloud, {})
if ok then
  pcall(function() return rows.call() end)
  pcall(function() return rows.name .. tostring(rows.odd) .. rows.odd end)
  pcall(function() for _ in pairs(rows.odd) do end return #rows.odd end)
  pcall(function() return require("std.inspect")(rows), require("std.json").encode(rows) end)
end
--= here/recipes/giver.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local function delete() pcall(image.delete, image) return "x" end
  local odd = setmetatable({}, { __tostring = delete, __concat = delete, __len = delete, __pairs = delete, __index = delete,
    __name = "odd", __json = delete, __call = delete })
  return { call = delete, odd = odd, list = { odd }, collect = delete }
end }
