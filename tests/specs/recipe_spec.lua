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

recipes["unshare by a project that does not own the image is forbidden, whomever it names"] = function(t)
  local image = t:image { visibility = "shared" }
  image:add_member(t.b.project_id)
  image:add_member(t.c.project_id)
  for _, args in ipairs {
    { image = image.id, project = { t.c.project_id }, yes = true },
    { image = image.id, project = { t.b.project_id }, yes = true },
    { image = image.id, all = true, yes = true },
  } do
    local err = check.raises("forbidden", function()
      t:recipe("unshare", t.b, args)
    end)
    check.matches(err.advice, "owner's entry")
  end
  check.equal(#image:members():collect(), 2)
end

recipes["unshare by the owner or an administrator sees all members"] = function(t)
  for _, cloud in ipairs { t.a, t.admin } do
    local image = t:image { visibility = "shared" }
    image:add_member(t.b.project_id)
    image:add_member(t.c.project_id)
    local rows = t:recipe("unshare", cloud, { image = image.id, project = {}, all = true, yes = true })
    check.equal(#rows, 2)
  end
end

recipes["std.sharing tells a part of the members from all of them"] = function(t)
  local sharing = require "std.sharing"
  local image = t:image { visibility = "shared" }
  image:add_member(t.b.project_id)
  check.equal(#sharing.all_members(t.a, image), 1)
  check.equal(sharing.shows_all(t.b, image), false)
  check.raises("forbidden", function()
    sharing.all_members(t.b, t.b:image(image.id))
  end)
end

return recipes
