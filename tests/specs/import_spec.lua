--- Imports by their four methods, and waiting: what is told when they end, fail, or never end.
local check = require "std.check"
local glance = require "glance"
local try = require "std.try"

local imports = {}

--- Ends the case where the cloud fetches nothing from there.
local function import(t, image, options)
  local imported, err = try(image.import, image, options)
  if err and tostring(err):find "does not pass filtering" then
    t:skip "this cloud fetches nothing from there"
  end
  if err then error(err, 0) end
  return imported
end

local function connect(t, options)
  local cloud, err = try(glance.connect, options)
  if err then t:skip(("needs another entry of clouds.yaml: %s"):format(err.message)) end
  return cloud
end

--- A queued image whose formats are set.
local function queued(t)
  return t:image { disk_format = "raw", container_format = "bare" }
end

local function staged(t)
  local image = queued(t)
  local path = ("/v2/images/%s/stage"):format(image.id)
  t.a:request("PUT", path, { body = "the bytes of a disk", media_type = "application/octet-stream" })
  return image:refresh()
end

imports["web-download fetches, and wait gives the image as it is then"] = function(t)
  local image = queued(t)
  local active = import(t, image, { method = "web-download", uri = t:uri(), wait = 60 })
  check.equal(active.status, "active")
  check.truthy(active.size > 0)
  local done = image:tasks():first()
  check.equal(done.type, "api_image_import")
  check.equal(done.status, "success")
  check.equal(done.image_id, image.id)
  check.equal(done.input.import_req.method.name, "web-download")
  check.equal(done:refresh() == done, true)
  check.equal(done:wait({ timeout = 0 }).id, done.id)
end

imports["without wait an import goes on, and image:wait sees its end"] = function(t)
  local image = queued(t)
  local begun = import(t, image, { method = "web-download", uri = t:uri() })
  check.equal(begun.id, image.id)
  check.equal(image:wait({ timeout = 60, interval = 0.05 }).status, "active")
end

imports["glance-direct takes what was staged into the store that is named"] = function(t)
  local image = staged(t)
  check.equal(image.status, "uploading")
  local store = t.a:stores()[2].id
  local active = image:import { method = "glance-direct", stores = { store }, wait = 60 }
  check.equal(active.status, "active")
  check.equal(active.stores, store)
  check.equal(active:download(), "the bytes of a disk")
end

imports["all_stores fills every store that can be written"] = function(t)
  local image = staged(t)
  local active = image:import { method = "glance-direct", all_stores = true, wait = 60 }
  for _, store in ipairs(t.a:stores()) do
    local is_there = ("," .. active.stores .. ","):find("," .. store.id .. ",", 1, true) ~= nil
    check.equal(is_there, not store.read_only, store.id)
  end
end

imports["a new image is fetched in one go, and one that cannot be fetched is not there"] = function(t)
  local name = t:name "fetched"
  local wanted = { name = name, disk_format = "raw", container_format = "bare" }
  wanted.import = { method = "web-download", uri = t:uri "nothing" }
  local _, err = try(t.image, t, wanted)
  if tostring(err):find "does not pass filtering" then t:skip "this cloud fetches nothing from there" end
  check.equal(err.kind, "conflict")
  check.equal(t.a:find_image(name), nil)
  wanted.import.uri = t:uri()
  check.equal(t:image(wanted).status, "active")
end

imports["a new image is staged and imported in one go, and one that cannot be is not there"] = function(t)
  local wanted =
    { name = t:name "staged", disk_format = "raw", container_format = "bare", data = "the bytes of a disk" }
  wanted.import = { method = "glance-direct", stores = { t.a:stores()[2].id } }
  local made = t:image(wanted)
  check.equal(made.status, "active")
  check.equal(made.stores, wanted.import.stores[1])
  check.equal(made:download(), wanted.data)
  wanted.name, wanted.import.stores = t:name "staged", { "nowhere" }
  local err = check.raises("conflict", t.a.create_image, t.a, wanted)
  check.matches(err.message, "deleted again")
  check.equal(t.a:find_image(wanted.name), nil)
end

imports["a new image has nothing to stage or spread, and is filled in one way"] = function(t)
  for _, method in ipairs { "glance-direct", "copy-image" } do
    local err = check.raises("usage", t.a.create_image, t.a, { import = { method = method } })
    check.truthy(tostring(err):find(method, 1, true), method)
  end
  local both = { data = "abc", import = { method = "web-download", uri = "http://127.0.0.1/x" } }
  check.raises("usage", t.a.create_image, t.a, both)
  local stored = { data = "abc", store = "fast", import = { method = "glance-direct" } }
  check.matches(check.raises("usage", t.a.create_image, t.a, stored).advice, "stores =")
end

imports["copy-image spreads data, and its wait ends with the copy"] = function(t)
  local image = t:active_image()
  local admin = t.admin
  local other
  for _, store in ipairs(t.a:stores()) do
    if not store.default and not store.read_only then other = store.id end
  end
  local copied = admin:image(image.id):import { method = "copy-image", stores = { other }, wait = 60 }
  check.truthy(copied.stores:find(other, 1, true))
  check.equal(copied.status, "active")
  -- There is nothing left to copy, and so no task.
  check.equal(copied:import({ method = "copy-image", all_stores = true, wait = 60 }).stores, copied.stores)
end

imports["copy-image by the owner says who may"] = function(t)
  local image = t:active_image()
  local err = check.raises("forbidden", function()
    image:import { method = "copy-image", stores = { t.a:stores()[2].id } }
  end)
  check.matches(err.advice, "administrator")
end

imports["glance-download takes data and formats from another region"] = function(t)
  local two = connect(t, { cloud = "project-a", region = "RegionTwo" })
  if two.endpoint == t.a.endpoint then t:skip "needs a second region" end
  local source = t:active_image({ data = "from far away", properties = { os_distro = "debian" } }, two)
  local image = queued(t)
  local active = image:import {
    method = "glance-download",
    region = "RegionTwo",
    source = source.id,
    wait = 60,
  }
  check.equal(active.status, "active")
  check.equal(active.properties.os_distro, "debian")
  check.equal(active:download(), "from far away")
end

imports["a region that is none is told by the task, though the image says nothing"] = function(t)
  local image = queued(t)
  local err = check.raises("conflict", function()
    local source = "00000000-0000-0000-0000-000000000000"
    image:import { method = "glance-download", region = "Nowhere", source = source, wait = 60 }
  end)
  check.matches(err.message, "task failed: .+; the image is queued")
end

imports["a failed import is told in the cloud's words, though the image is merely queued again"] = function(t)
  local image = queued(t)
  local err = check.raises("conflict", function()
    import(t, image, { method = "web-download", uri = t:uri "nothing", wait = 60 })
  end)
  local failed = image:tasks():first()
  check.equal(failed.status, "failure")
  local words = check.truthy(failed.message)
  check.truthy(tostring(err):find(words, 1, true), err.message)
  check.equal(err.request_id, failed.request_id)
  check.equal(image:refresh().status, "queued")
  -- So is it told to whoever waits for it later.
  check.equal(check.raises("conflict", image.wait, image, { timeout = 60 }).message, err.message)
  check.raises("conflict", failed.wait, failed)
  -- Another import is judged by its own task.
  check.equal(import(t, image, { method = "web-download", uri = t:uri(), wait = 60 }).status, "active")
end

imports["options of another method are refused by name"] = function(t)
  local image = queued(t)
  local cases = {
    { { method = "glance-direct", uri = "http://a/b" }, "'uri' of image:import belongs to web%-download" },
    { { method = "copy-image", region = "two" }, "'region' of image:import belongs to glance%-download" },
    { { method = "web-download" }, "needs the option 'uri'" },
    { { method = "web-downlod" }, "did you mean 'web%-download'" },
    { { method = "copy-image", stores = {}, all_stores = true }, "not both" },
    { { metod = "copy-image" }, "did you mean 'method'" },
  }
  for _, case in ipairs(cases) do
    local err = check.raises("usage", image.import, image, case[1])
    check.matches(err.message, case[2])
  end
end

imports["what keeps an import from beginning says what to do"] = function(t)
  local function refused(image, options)
    return check.raises("conflict", image.import, image, options).advice
  end
  check.matches(refused(queued(t), { method = "glance-direct" }), "stage")
  check.matches(refused(t:image(), { method = "web-download", uri = t:uri() }), "disk_format")
  check.matches(refused(staged(t), { method = "glance-direct", stores = { "nowhere" } }), "cloud:stores")
end

imports["an import that hangs is told with its task when the time is over"] = function(t)
  t.sandbox.faults "image-import import=hang"
  local image = queued(t)
  local err = check.raises("unavailable", function()
    image:import { method = "web-download", uri = t:uri(), wait = 0.2 }
  end)
  check.matches(
    err.message,
    "still importing after 0.2 s, not active; its api_image_import task is processing"
  )
  check.matches(err.advice, "timeout")
end

imports["an image that stays importing though its import failed does not keep anybody waiting"] = function(t)
  t.sandbox.faults "image-import import=fail"
  local image = staged(t)
  local err = check.raises("conflict", function()
    image:import { method = "glance-direct", wait = 60 }
  end)
  check.matches(err.message, "the image is importing")
  check.equal(image:refresh().status, "importing")
  check.raises("conflict", image.wait, image, { timeout = 60 })
end

imports["a wait ends with the status, at once where it is there or can never be"] = function(t)
  local image = t:active_image()
  check.equal(image:wait({ timeout = 0 }).id, image.id)
  local err = check.raises("conflict", image.wait, image, { status = "queued", timeout = 60 })
  check.matches(err.message, "is active, and does not become queued")
  image:deactivate()
  check.equal(image:wait({ status = "deactivated", timeout = 60 }).status, "deactivated")
  check.raises("unavailable", image.wait, image, { timeout = 0 })
  check.matches(check.raises("usage", image.wait, image, { status = "actve" }).message, "'active'")
  check.raises("usage", image.wait, image, { timeout = -1 })
  image:delete()
  check.raises("not_found", image.wait, image, { timeout = 60 })
end

return imports
