--- What a cloud's Glance tells of itself, its tasks, and where data lie.
local check = require "std.check"
local list = require "std.list"
local try = require "std.try"
local wait = require "std.wait"

local service = {}

service["versions come in the server's order, one of them current"] = function(t)
  local versions = t.a:versions()
  local raw = t.a:request("GET", "/versions").body.versions
  check.equal(#versions, #raw)
  local current = 0
  for i, version in ipairs(versions) do
    check.equal(version, { id = raw[i].id, status = raw[i].status })
    if version.status == "CURRENT" then current = current + 1 end
  end
  check.equal(current, 1)
end

service["import_methods is a list of names"] = function(t)
  local methods = t.a:import_methods()
  check.contains(methods, "glance-direct")
  check.equal(methods, t.a:request("GET", "/v2/info/import").body["import-methods"].value)
end

service["stores are records with truth values, and their detail is for administrators"] = function(t)
  local defaults = 0
  for _, store in ipairs(t.a:stores()) do
    if store.default then defaults = defaults + 1 end
    check.equal(math.type(store.weight), nil)
    check.equal(type(store.read_only), "boolean")
  end
  check.equal(defaults, 1)
  check.matches(check.raises("usage", t.a.stores, t.a, { detials = true }).message, "detail")
  local err = check.raises("forbidden", t.a.stores, t.a, { detail = true })
  check.matches(err.advice, "administrator")
  local detailed = t.admin:stores({ detail = true })[1]
  check.truthy(detailed.type)
  check.equal(math.type(detailed.weight), "integer")
  check.equal(type(detailed.properties), "table")
  check.equal(detailed.id, t.a:stores()[1].id)
end

service["usage tells how much there is and may be"] = function(t)
  -- Others create nothing in project C meanwhile.
  local before = t.c:usage()
  if next(before) == nil then t:skip "this cloud has no limits" end
  t:image({}, t.c)
  check.equal(t.c:usage().image_count_total.usage, before.image_count_total.usage + 1)
  check.equal(math.type(before.image_size_total.limit), "integer")
end

service["all sixteen schemas are there, and a name that is none tells the nearest"] = function(t)
  local names = { "image", "images", "member", "members", "task", "tasks" }
  for _, one in ipairs { "namespace", "object", "resource_type", "tag" } do
    names[#names + 1] = "metadefs/" .. one
    names[#names + 1] = "metadefs/" .. one .. "s"
  end
  names[#names + 1] = "metadefs/property"
  names[#names + 1] = "metadefs/properties"
  check.equal(#names, 16)
  for _, name in ipairs(names) do
    check.truthy(t.a:schema(name).properties or t.a:schema(name).name, name)
  end
  check.equal(t.a:schema("member").name, "member")
  check.matches(check.raises("usage", t.a.schema, t.a, "namespces").message, '"metadefs/namespaces"')
end

service["tasks of the whole cloud are for administrators, and a plain user hears where to look"] = function(t)
  local calls = {
    function()
      t.a:tasks():first()
    end,
    function()
      t.a:task "00000000-0000-0000-0000-000000000000"
    end,
    function()
      t.a:create_task { type = "import", input = { import_from = t:uri() } }
    end,
  }
  for _, call in ipairs(calls) do
    check.matches(check.raises("forbidden", call).advice, "image:tasks")
  end
end

service["tasks are listed page by page, by their filters and order"] = function(t)
  local admin = t.admin
  local image = t:image { disk_format = "raw", container_format = "bare" }
  local ids = {}
  for _ = 1, 3 do
    local _, err = try(image.import, image, { method = "web-download", uri = t:uri "nothing", wait = 60 })
    check.equal(err.kind, "conflict")
  end
  for task in image:tasks() do
    ids[task.id] = true
  end
  local seen = 0
  for task in admin:tasks { status = "failure", sort = "created_at:desc", page_size = 1, limit = 3 } do
    check.equal(task.status, "failure")
    check.equal(task.input, nil, "a list does not tell what was asked")
    check.equal(task:refresh().id, task.id)
    if ids[task.id] then seen = seen + 1 end
  end
  if rawget(t, "has_sandbox") then check.equal(seen, 3) end
  local one = next(ids)
  check.equal(admin:task(one).input.import_req.method.name, "web-download")
  check.raises("usage", admin.tasks, admin, { sort = "id,status" })
  check.raises("not_found", admin.task, admin, "00000000-0000-0000-0000-000000000000")
end

service["an administrator begins a task of the old kind"] = function(t)
  local admin = t.admin
  local input = {
    import_from = t:uri(),
    import_from_format = "raw",
    image_properties = { name = t:name(), disk_format = "raw", container_format = "bare" },
  }
  local task, err = try(admin.create_task, admin, { type = "import", input = input })
  if err and tostring(err):find "filtering" then t:skip "this cloud fetches nothing from there" end
  check.equal(err, nil)
  check.equal(task.type, "import")
  check.equal(task.input.import_from, input.import_from)
  local done = task:wait { timeout = 60 }
  t:after(function()
    admin:image(done.result.image_id):delete()
  end)
  check.equal(admin:image(done.result.image_id).name, input.image_properties.name)
  check.raises("usage", admin.create_task, admin, { type = "import", input = { "a", "list" } })
end

--- The cache, of a cloud that has one.
local function cache_of(t)
  local cache, err = try(t.admin.cache, t.admin)
  if not cache then t:skip(err.message) end
  return cache
end

service["the cache is for administrators"] = function(t)
  check.matches(check.raises("forbidden", t.a.cache, t.a).advice, "administrators")
end

service["a cache is filled, looked at and emptied"] = function(t)
  local cache = cache_of(t)
  check.matches(tostring(cache), "^cache %(%d+ cached, %d+ queued%)$")
  local image = t:active_image()
  local function cached(now)
    return list.find((now or cache:refresh()).cached_images, function(one)
      return one.image_id == image.id
    end)
  end
  local function is_there()
    local now = cache:refresh()
    return cached(now) ~= nil or list.contains(now.queued_images, image.id)
  end
  -- What is queued is fetched at any moment.
  local soon = { interval = 0.05, timeout = 60 }

  for _, one in ipairs { image, image.id } do
    cache:add(one)
    wait(is_there, soon)
    wait(function()
      return try(cache.remove, cache, one) == nil and not is_there()
    end, soon)
  end
  check.equal(list.contains(cache.queued_images, image.id), false, "a record is a snapshot")

  cache:add(image)
  wait(cached, soon)
  check.equal(#cache:nodes(image), 1)
  check.equal(math.type(cached().size), "integer")
  cache:delete { target = "queue" }
  check.truthy(cached())
  cache:delete { target = "cache" }
  check.equal(cached(), nil)
  cache:add(image)
  wait(function()
    cache:delete()
    return not is_there()
  end, soon)

  cache:clean()
  check.equal(cache:prune(), { total_files_pruned = 0, total_bytes_pruned = 0 })
  check.matches(check.raises("usage", cache.delete, cache, { target = "cahce" }).message, "'cache'")
  check.raises("not_found", cache.add, cache, "no image is called so")
  check.raises("not_found", cache.remove, cache, "00000000-0000-0000-0000-000000000000")
  check.raises("usage", cache.add, cache, 3)
  check.raises("invalid", cache.add, cache, t:image())
end

service["data are taken out of one store, and never out of the last"] = function(t)
  local image = t:active_image()
  local stores = t.a:stores()
  local err = check.raises("forbidden", image.delete_from_store, image, stores[1].id)
  check.matches(err.advice, "administrator")
  local seen = t.admin:image(image.id)
  err = check.raises("forbidden", seen.delete_from_store, seen, image.stores)
  check.matches(err.advice, "image:delete")
  check.raises("conflict", seen.delete_from_store, seen, "nowhere")
  local other = image.stores == stores[1].id and stores[2].id or stores[1].id
  seen:import { method = "copy-image", stores = { other }, wait = 60 }
  seen:delete_from_store(image.stores)
  check.equal(seen:refresh().stores, other)
end

service["a location becomes the data of a queued image"] = function(t)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  local _, err = try(image.add_location, image, { url = t:uri() })
  if err and (err.kind == "invalid" or err.kind == "not_found") then
    t:skip "this cloud takes no location from there"
  end
  check.equal(err, nil)
  check.equal(image:wait({ timeout = 60 }).status, "active")
  check.raises("conflict", image.add_location, image, { url = t:uri() })
  local locations = t.admin:image(image.id):locations()
  check.equal(#locations, 1)
  check.equal(locations[1].url, t:uri())
  check.equal(type(locations[1].metadata), "table")
end

service["a location whose data have another hash leaves the image queued, and its task says so"] = function(t)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  local validation = { os_hash_algo = "sha512", os_hash_value = ("ab"):rep(64) }
  local _, err = try(image.add_location, image, { url = t:uri(), validation_data = validation })
  if err and (err.kind == "invalid" or err.kind == "not_found") then
    t:skip "this cloud takes no location from there"
  end
  check.equal(err, nil)
  check.matches(
    check.raises("conflict", image.wait, image, { timeout = 60 }).message,
    "location_import task failed"
  )
  local wrong = { os_hash_algo = "sha512" }
  err = check.raises("usage", image.add_location, image, { url = t:uri(), validation_data = wrong })
  check.matches(err.message, "os_hash_value")
end

--- An image whose data lie at a URL, on a cloud that shows where.
local function located(t, url)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  if not try(image.locations, image) then t:skip "this cloud shows no locations" end
  local placed, err = try(image.add_location, image, { url = url, metadata = { rack = "a" } })
  if err and err.kind == "invalid" then t:skip "this cloud takes no location from there" end
  check.equal(err, nil)
  return placed
end

--- The metadata of an image's locations by their URLs, without what the cloud says of them itself.
local function metadata_of(image)
  local found = {}
  for _, location in ipairs(image:locations()) do
    location.metadata.store = nil
    found[location.url] = location.metadata
  end
  return found
end

service["a location with metadata is the data of an image at once"] = function(t)
  local image = located(t, t:uri())
  check.equal(image.status, "active")
  check.equal(metadata_of(image), { [t:uri()] = { rack = "a" } })
  check.equal(image:refresh(), image)
end

service["an image gets a second location, and loses one but not the last"] = function(t)
  local first, second = t:uri(), t:uri "versions?again"
  local image = located(t, first):add_location { url = second }
  check.equal(metadata_of(image), { [first] = { rack = "a" }, [second] = {} })
  check.raises("invalid", image.add_location, image, { url = second })
  local err = check.raises("forbidden", image.remove_location, image, first)
  check.matches(err.advice, "administrator")

  image = t.admin:image(image.id):remove_location(first)
  check.equal(metadata_of(image), { [second] = {} })
  check.equal(image:refresh(), image)
  err = check.raises("not_found", image.remove_location, image, first)
  check.matches(err.advice, "image:locations")
  err = check.raises("forbidden", image.remove_location, image, second)
  check.matches(err.advice, "image:delete")
end

service["the metadata of a location are set as a whole, and no other's"] = function(t)
  local first, second = t:uri(), t:uri "versions?again"
  local image = located(t, first):add_location { url = second, metadata = { rack = "b" } }
  image = image:update_location(first, { metadata = { row = 3, near = { "c", "d" } } })
  check.equal(metadata_of(image), { [first] = { row = 3, near = { "c", "d" } }, [second] = { rack = "b" } })
  check.equal(image:refresh(), image)
  image:update_location(first, { metadata = {} })
  check.equal(metadata_of(image), { [first] = {}, [second] = { rack = "b" } })
  check.raises("not_found", image.update_location, image, t:uri "nothing", { metadata = {} })
  check.raises("usage", image.update_location, image, first, {})
  check.raises("usage", image.update_location, image, first, { metadata = { "a" } })
end

return service
