--- A cloud whose database ignores case: only an image of exactly the asked name counts.
local check = require "std.check"

local names = {}

--- Makes lists compare texts as MySQL does, for the rest of the case.
local function ignore_case(t)
  t.sandbox.faults { "image-list ignore-case" }
end

names["an image whose name differs in case or a blank at the end is not found, and not deleted"] = function(t)
  local name = t:name "Exact"
  local image = t:image { name = name }
  ignore_case(t)
  for _, other in ipairs { name:lower(), name .. " " } do
    check.equal(t.a:find_image(other), nil)
    check.raises("not_found", function()
      t.a:image(other):delete()
    end)
  end
  check.equal(t.a:image(name).id, image.id)
end

names["the exact name is not ambiguous beside others that differ in case"] = function(t)
  local name = t:name "exact"
  t:image { name = name:upper() }
  local image = t:image { name = name }
  ignore_case(t)
  check.equal(t.a:image(name).id, image.id)
end

names["a listing by name, tag, property or several names holds exact matches only"] = function(t)
  local name = t:name "exact"
  t:image { name = name:upper(), tags = { "RED" }, properties = { os_distro = name:upper() } }
  local image = t:image { name = name, tags = { "red" }, properties = { os_distro = name } }
  ignore_case(t)
  local queries = {
    { name = name },
    { name = { name, "other" } },
    { tags = { "red" }, properties = { os_distro = name } },
    { properties = { os_distro = name } },
  }
  for _, query in ipairs(queries) do
    local found = t.a:images(query):collect()
    check.equal(#found, 1)
    check.equal(found[1].id, image.id)
  end
end

names["share, unshare and accept take no image whose name differs in case"] = function(t)
  local name = t:name "Exact"
  local image = t:image { name = name, visibility = "shared" }
  image:add_member(t.b.project_id)
  ignore_case(t)
  local other = name:lower()
  for recipe, args in pairs {
    share = { image = other, project = { t.c.project_id } },
    unshare = { image = other, all = true, yes = true },
  } do
    check.raises("not_found", function()
      t:recipe(recipe, t.a, args)
    end)
  end
  check.raises("not_found", function()
    t:recipe("accept", t.b, { image = { other } })
  end)
  check.equal(image:member(t.b.project_id).status, "pending")
  check.equal(#image:members():collect(), 1)
end

names["a copy of another name is not taken for the earlier copy of this one"] = function(t)
  local source = t:active_image { name = t:name "Exact" }
  local copy = t:recipe("copy", t.a, { image = source.id, name = source.name .. "-COPY" })
  t:after(function()
    copy:delete()
  end)
  ignore_case(t)
  local other = t:recipe("copy", t.a, { image = source.id, name = source.name .. "-copy" })
  t:after(function()
    other:delete()
  end)
  check.equal(other.id ~= copy.id, true)
end

return names
