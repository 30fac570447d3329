--- A recipe writes files while it is loaded.
--: as early
--: run early --help
--: run recipes
--: run completions zsh
--: exit 0 1 2
--: no requests
pcall(function() fs.write("AT-LOAD.txt", "x") end)
pcall(function() require("fs").write("AT-LOAD.txt", "x") end)
pcall(function() require("fs").write("recipes/list.lua", "x") end)
return { effects = "read", args = {}, run = function() return {} end }
