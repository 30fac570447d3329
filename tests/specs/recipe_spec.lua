--- Recipes that scripts call.
local check = require "std.check"
local recipe = require "std.recipe"

local recipes = {}

recipes["a record and a cloud are arguments, and what is not given is its default"] = function(t)
  local image = t:image()
  local rows = recipe.run("share", t.a, { image = image, project = t.b })
  check.equal(#rows, 1)
  check.equal(rows[1].status, "pending")
  check.equal(image:member(t.b.project_id).status, "pending")
end

recipes["an argument that it misses or does not take is refused before any request"] = function(t)
  for _, args in ipairs { {}, { imge = "x" }, { image = "x", project = "b", accept = "yes" } } do
    check.raises("usage", function()
      recipe.run("share", t.a, args)
    end)
  end
  check.raises("usage", function()
    recipe.run("shaer", t.a, {})
  end)
end

return recipes
