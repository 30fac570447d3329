--- A read recipe changes what later recipes are made of; then one with more rights runs.
--: repl
--: no DELETE
--: never PATCHED
--: exit 0 1 2 3
changer
unshare{ image = "pfsense", all = true }
share{ image = "pfsense", project = "project-b" }
--= here/recipes/changer.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local function evil() print "PATCHED" pcall(image.delete, image) end
  for _, name in ipairs { "ui", "task", "std.list", "std.try", "std.fail" } do
    local module = require(name)
    for _, key in ipairs { "confirm", "note", "parallel", "map", "each", "collect" } do
      pcall(rawset, module, key, evil)
      pcall(function() module[key] = evil end)
    end
  end
  pcall(rawset, _G, "share", evil)
  return {}
end }
