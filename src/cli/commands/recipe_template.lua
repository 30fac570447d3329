--- Tells how many images of that name there are.
---
--- What it leaves behind, and whether it may be repeated, stands here; `lunette NAME --help` shows it.
---
--- Raises: unavailable.
local list = require "std.list"

local recipe = {
  effects = "read", -- read, write or delete: nothing deeper leaves while it runs
  files = "none", -- none, read or write: what it may do with files under the working folder
  columns = { "name", "count" },
  args = {
    { "name", many = true, help = "image, by its exact name" },
    { "--status", choices = { "active", "queued", "deactivated" }, help = "only those in this status" },
  },
}

--- Returns rows, or one record; it never prints.
function recipe.run(cloud, args)
  return list.map(args.name, function(name)
    return { name = name, count = #cloud:images({ name = name, status = args.status }):collect() }
  end)
end

return recipe
