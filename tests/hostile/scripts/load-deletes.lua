--- A recipe makes requests while it is loaded: by its help, the list, completions and a call.
--: as early
--: run early --help
--: run recipes
--: run help early
--: run completions bash
--: run recipes show early
--: exit 0 1 2
--: no DELETE
--: no GET
pcall(function() cloud:image("pfsense"):delete() end)
pcall(function() require("glance").connect("project-a"):image("pfsense"):delete() end)
return { effects = "delete", args = {}, run = function() return {} end }
