--- Images: create, find, list, update, delete.
local check = require "std.check"
local json = require "std.json"

local images = {}

images["create_image makes a queued image with what was asked for"] = function(t)
  local image = t:image {
    disk_format = "qcow2",
    container_format = "bare",
    min_disk = 3,
    min_ram = 512,
    visibility = "private",
    tags = { "red", "blue" },
    properties = { os_distro = "debian", answer = 42 },
  }
  check.equal(image.status, "queued")
  check.equal(image.min_disk, 3)
  check.equal(image.min_ram, 512)
  check.equal(image.visibility, "private")
  check.equal(image.owner, t.a.project_id)
  check.equal(image.properties.os_distro, "debian")
  check.equal(image.properties.answer, "42")
  check.equal(#image.tags, 2)
  check.equal(image.size, nil, "null is nil")
end

images["find_image gives nil, image raises, both find by ID and by name"] = function(t)
  local image = t:image()
  check.equal(t.a:find_image(image.name).id, image.id)
  check.equal(t.a:image(image.id).name, image.name)
  check.equal(t.a:find_image("nobody calls an image this"), nil)
  local err = check.raises("not_found", function()
    t.a:image("nobody calls an image this")
  end)
  check.matches(err.message, "nobody calls an image this")
end

images["a name that two images have is ambiguous, and both IDs are told"] = function(t)
  local name = t:name("twin")
  local one, two = t:image { name = name }, t:image { name = name }
  local err = check.raises("ambiguous", function()
    t.a:image(name)
  end)
  for _, word in ipairs { one.id, two.id, one.created_at } do
    check.truthy(tostring(err):find(word, 1, true), word)
  end
end

images["a name with a colon is a name and no operator"] = function(t)
  local name = t:name("in") .. ":x,y"
  local image = t:image { name = name }
  check.equal(t.a:image(name).id, image.id)
  check.equal(t.a:images({ name = name }):first().id, image.id)
end

images["update changes what is named and nothing else"] = function(t)
  local image = t:image { properties = { keep = "1", drop = "2" }, tags = { "old" } }
  local changed = image:update {
    name = image.name .. "-new",
    min_ram = 64,
    protected = true,
    tags = { "new", "er" },
    properties = { drop = false, add = "3", ["with/slash~tilde"] = "4" },
  }
  check.equal(changed.name, image.name .. "-new")
  check.equal(changed.min_ram, 64)
  check.equal(changed.protected, true)
  check.equal(#changed.tags, 2)
  check.equal(changed.properties.keep, "1")
  check.equal(changed.properties.drop, nil)
  check.equal(changed.properties.add, "3")
  check.equal(changed.properties["with/slash~tilde"], "4")
  check.equal(image.properties.drop, "2", "a record is a snapshot")
end

images["visibility, hidden and protected are changed, and what only an administrator may says so"] = function(
  t
)
  local image = t:image()
  local changed = image:update { visibility = "community", os_hidden = true, protected = true }
  check.equal(changed.visibility, "community")
  check.equal(changed.os_hidden, true)
  check.equal(changed.protected, true)
  check.matches(check.raises("forbidden", changed.delete, changed).advice, "protected = false")
  local function refused(options)
    return check.raises("forbidden", image.update, image, options).advice
  end
  check.matches(refused { visibility = "public" }, "only an administrator")
  check.matches(refused { owner = t.b.project_id }, "only an administrator")
end

images["update refuses an option it does not know"] = function(t)
  local image = t:image()
  local err = check.raises("usage", function()
    image:update { visiblity = "private" }
  end)
  check.matches(tostring(err.message) .. tostring(err.advice), "visibility")
end

images["a listing goes on over its pages, in order, each image once"] = function(t)
  local tag, ids = t:name("tag"), {}
  for _ = 1, 5 do
    ids[t:image({ tags = { tag } }).id] = true
  end
  local seen, last = 0, nil
  for image in t.a:images { tags = { tag }, page_size = 2, sort = "name:asc" } do
    check.equal(ids[image.id], true)
    ids[image.id] = false
    if last then check.equal(last < image.name, true) end
    seen, last = seen + 1, image.name
  end
  check.equal(seen, 5)
  check.equal(#t.a:images({ tags = { tag }, page_size = 2, limit = 3 }):collect(), 3)
end

images["two tags hold on every page"] = function(t)
  local one, two = t:name("one"), t:name("two")
  for i = 1, 5 do
    t:image { tags = i % 2 == 1 and { one, two } or { two } }
  end
  local found = t.a:images({ tags = { one, two }, page_size = 1 }):collect()
  check.equal(#found, 3)
end

images["filters by property, size, visibility and status reach the server"] = function(t)
  local name = t:name("filtered")
  local image = t:active_image { name = name, data = ("x"):rep(100), properties = { flavour = name } }
  check.equal(t.a:images({ properties = { flavour = name } }):first().id, image.id)
  check.equal(t.a:images({ name = name, size_min = 100, size_max = 100 }):first().id, image.id)
  check.equal(t.a:images({ name = name, size_min = 101 }):first(), nil)
  check.equal(t.a:images({ name = name, status = "queued" }):first(), nil)
  check.equal(t.a:images({ name = name, visibility = "private" }):first(), nil)
end

images["delete removes the image, and once more is not_found"] = function(t)
  local image = t:image()
  image:delete()
  check.equal(t.a:find_image(image.id), nil)
  local err = check.raises("not_found", function()
    image:delete()
  end)
  check.truthy(tostring(err):find(image.id, 1, true), tostring(err))
  check.matches(err.advice, "deleted already")
end

images["a protected image cannot be deleted"] = function(t)
  local image = t:image { protected = true }
  check.raises("forbidden", function()
    image:delete()
  end)
end

images["tags are added and removed one by one"] = function(t)
  local image = t:image { tags = { "red" } }
  image:add_tag("blue")
  check.equal(#image:refresh().tags, 2)
  image:remove_tag("red")
  check.equal(image:refresh().tags[1], "blue")
end

images["deactivate stops downloads until reactivate"] = function(t)
  local image = t:active_image()
  image:deactivate()
  check.equal(image:refresh().status, "deactivated")
  check.raises("forbidden", function()
    image:download()
  end)
  image:reactivate()
  check.equal(image:refresh().status, "active")
end

images["a record is strict, read-only, and walks like a table"] = function(t)
  local image = t:image { properties = { hue = "red" } }
  local err = check.raises("usage", function()
    return image.visiblity
  end)
  check.matches(err.advice, "visibility")
  check.raises("usage", function()
    image.name = "other"
  end)
  check.raises("usage", function()
    image.properties.hue = "blue"
  end)
  local seen = {}
  for key, value in pairs(image) do
    seen[key] = value
  end
  check.equal(seen.id, image.id)
  check.equal(image == image:refresh(), true)
  check.matches(json.encode(t:image()), '"properties":{}')
  check.matches(json.encode(image), '"properties":{"hue":"red"}')
  check.equal(image == t:image(), false)
end

return images
