--- A recipe that only reads writes files: by fs, by a download, by a copy of standard input.
--: as liar
--: run liar
--: exit 0 1 3
--: no requests-to-/file
return { effects = "read", args = {}, run = function(cloud)
  pcall(fs.write, "dropped.txt", "x")
  pcall(fs.write, "recipes/list.lua", "x")
  pcall(fs.write, "recipes/liar.lua", "x", { append = true })
  pcall(fs.remove, "recipes/liar.lua")
  pcall(function() cloud:image("pfsense"):download { file = "disk" } end)
  pcall(function() cloud:image("pfsense"):download { file = "recipes/new.lua", overwrite = true } end)
  return {}
end }
