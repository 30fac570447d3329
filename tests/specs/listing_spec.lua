--- Every filter of a listing, told from its neighbours; and listings under way while images come and go.
local check = require "std.check"

local listing = {}

--- The names of what is found, by their last word, in the order of the listing.
local function found(cloud, options)
  local names = {}
  for image in cloud:images(options) do
    names[#names + 1] = image.name:match "%a+$"
  end
  return names
end

--- Images `a`, `b`, `c` of one tag, with these options each.
local function family(t, options)
  local tag, made = t:name(), {}
  for i, name in ipairs { "a", "b", "c" } do
    local one = options[i] or {}
    one.name, one.tags = ("%s %s"):format(tag, name), { tag }
    made[name] = one.data and t:active_image(one) or t:image(one)
  end
  return tag, made
end

listing["status, names, IDs and formats may be lists of which one must fit"] = function(t)
  local tag, made = family(t, {
    { data = "bytes" },
    { disk_format = "qcow2", container_format = "bare" },
    { disk_format = "iso", container_format = "ovf" },
  })
  local function of(options)
    options.tags, options.sort = { tag }, "name:asc"
    return found(t.a, options)
  end
  check.equal(of { status = "active" }, { "a" })
  check.equal(of { status = { "active", "queued" } }, { "a", "b", "c" })
  check.equal(of { status = { "queued" } }, { "b", "c" })
  check.equal(of { status = {} }, {})
  check.equal(of { disk_format = { "raw", "iso" } }, { "a", "c" })
  check.equal(of { container_format = { "ovf", "aki" } }, { "c" })
  check.equal(of { id = { made.b.id, made.c.id } }, { "b", "c" })
  check.equal(of { name = { made.a.name, made.c.name } }, { "a", "c" })
  check.matches(check.raises("usage", of, { owner = { "x" } }).advice, "status")
end

listing["a name with a comma or a colon fits in a list too"] = function(t)
  local name = t:name()
  local comma, colon = t:image { name = name .. ",x" }, t:image { name = "in:" .. name }
  local both = t.a:images({ name = { comma.name, colon.name, "no one's" } }):collect()
  check.equal(#both, 2)
  check.raises("usage", t.a.images, t.a, { name = { 'a"b' } })
end

listing["times are compared by their operators"] = function(t)
  local tag, made = family(t, {})
  local created = made.a.created_at
  local function count(options)
    options.tags = { tag }
    return #t.a:images(options):collect()
  end
  for _, key in ipairs { "created_at", "updated_at" } do
    check.equal(count { [key] = "gte:" .. created }, 3)
    check.equal(count { [key] = "lt:" .. created }, 0)
    check.equal(count { [key] = "gt:2999-01-01T00:00:00Z" }, 0)
    check.equal(count { [key] = "lte:2999-01-01T00:00:00Z" }, 3)
    check.equal(count { [key] = "neq:2001-01-01T00:00:00Z" }, 3)
  end
  check.raises("invalid", count, { created_at = "since yesterday" })
end

listing["protected, hidden, visibility and owner tell images apart"] = function(t)
  local tag = family(t, { { protected = true }, { os_hidden = true }, { visibility = "community" } })
  local function of(options)
    options.tags, options.sort = { tag }, "name:asc"
    return found(t.a, options)
  end
  check.equal(of {}, { "a", "c" })
  check.equal(of { protected = true }, { "a" })
  check.equal(of { protected = false }, { "c" })
  check.equal(of { os_hidden = true }, { "b" })
  check.equal(of { visibility = "community" }, { "c" })
  check.equal(of { owner = t.a.project_id }, { "a", "c" })
  check.equal(of { owner = t.b.project_id }, {})
  check.equal(found(t.b, { tags = { tag } }), {}, "a community image shows to those who ask for it")
  check.equal(found(t.b, { tags = { tag }, visibility = "community" }), { "c" })
  check.equal(found(t.b, { tags = { tag }, visibility = "all" }), { "c" })
  check.raises("invalid", of, { visibility = "secret" })
end

listing["checksum, hash and size find data"] = function(t)
  local tag, made = family(t, { { data = "some" }, { data = "other bytes" } })
  for _, key in ipairs { "checksum", "os_hash_value" } do
    check.equal(found(t.a, { tags = { tag }, [key] = made.a[key] }), { "a" })
  end
  check.equal(found(t.a, { tags = { tag }, size_min = 5 }), { "b" })
  check.equal(found(t.a, { tags = { tag }, size_max = 4 }), { "a" })
end

listing["member_status finds what is pending, accepted or rejected"] = function(t)
  local tag, made = family(t, {})
  for _, image in pairs(made) do
    image:add_member(t.b.project_id)
  end
  t.b:image(made.b.id):accept()
  t.b:image(made.c.id):reject()
  local function of(status)
    return found(t.b, { tags = { tag }, member_status = status, sort = "name:asc" })
  end
  check.equal(of(nil), { "b" })
  check.equal(of "pending", { "a" })
  check.equal(of "accepted", { "b" })
  check.equal(of "rejected", { "c" })
  check.equal(of "all", { "a", "b", "c" })
  check.raises("invalid", of, "maybe")
end

listing["images sort by several keys, each in its direction"] = function(t)
  local tag = family(t, { { disk_format = "raw" }, { disk_format = "qcow2" }, { disk_format = "raw" } })
  local function sorted(sort)
    return found(t.a, { tags = { tag }, sort = sort, page_size = 1 })
  end
  check.equal(sorted "disk_format:asc,name:desc", { "b", "c", "a" })
  check.equal(sorted "disk_format:desc,name:asc", { "a", "c", "b" })
  check.raises("invalid", sorted, "colour")
end

listing["a property by whose name Glance cannot filter is refused"] = function(t)
  for _, name in ipairs { "status", "limit", "hw_ram_max", "tag" } do
    check.raises("usage", t.a.images, t.a, { properties = { [name] = "x" } })
  end
end

listing["a script may delete what it is given, page after page"] = function(t)
  local tag = t:name()
  for _ = 1, 5 do
    t.a:create_image { name = tag, tags = { tag } }
  end
  local deleted = 0
  for image in t.a:images { tags = { tag }, page_size = 2 } do
    image:delete()
    deleted = deleted + 1
  end
  check.equal(deleted, 5)
  check.equal(t.a:images({ tags = { tag } }):first(), nil)
end

listing["an image that the next page was to follow may go, and none is missed or comes twice"] = function(t)
  local tag = t:name()
  for i = 1, 6 do
    t:image { name = ("%s %s"):format(tag, ("abcdef"):sub(i, i)), tags = { tag } }
  end
  local names = {}
  for image in t.a:images { tags = { tag }, page_size = 3, sort = "name:asc" } do
    names[#names + 1] = image.name:sub(-1)
    if #names == 3 then image:delete() end
  end
  check.equal(table.concat(names), "abcdef")
end

return listing
