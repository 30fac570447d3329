--- Copies images from one project, region or cloud to another, so that nothing is lost on the way.
---
---     local copy = transfer.copy(a:image "pfsense", glance.connect "project-b")
---
--- The data stream through this process, with no disk in between, or go from server to server where both ends
--- can; the hashes of both ends are compared either way. What is under way is written down in the copy
--- itself: the property `lunette_copy_of` names the source, and `lunette_copy` is "unfinished" and a random
--- word until all is done. So a copy that was killed is completed when it is run again, from any machine, and
--- one that is done is found and left alone. The random word tells the run that created a copy from all
--- others: only that run deletes the copy when it fails.

local fail = require "std.fail"
local likeness = require "std.likeness"
local list = require "std.list"
local try = require "std.try"
local ui = require "ui"
local wait = require "std.wait"

local transfer = {}

--- The custom properties by which a copy is known. Both are text, as Glance wants it.
local SOURCE, STATE, UNFINISHED = "lunette_copy_of", "lunette_copy", "unfinished"

--- How many IDs are tried for a copy before Glance is left to choose one.
local MOST_IDS = 16

---@class CopyOptions
---@field name string?               what the copy is called; as its source
---@field visibility string?         private, shared, community or public (private)
---@field store string?              the store that its data go to; the cloud's default
---@field members string[]?          project IDs of the target's cloud that the copy is shared with
---@field via Cloud?                 the target's project in the source's region: data may go from server to server
---@field method "stream"|"glance-download"?  the one way that is tried; whatever serves
---@field without string[]?          custom properties that the copy does not get

---@alias How
---| "stream"           the data came through this process
---| "glance-download"  they went from server to server
---| "resumed"          an earlier run had sent them
---| "there"            an earlier run had done all of it

local known = list.index { "name", "visibility", "store", "members", "via", "method", "without" }
local ways = list.index { "stream", "glance-download" }

--- The visibility that is asked for, if any is: members see only what is shared.
---@param options CopyOptions
---@return string?
local function visibility(options)
  return options.visibility or (options.members and #options.members > 0 and "shared" or nil)
end

--- What the copy is created with. A visibility that is not for this user is refused before any data move.
---@param image Image
---@param options CopyOptions
local function description(image, options)
  local wanted = likeness.of(image, { without = options.without })
  wanted.name = options.name or image.name
  wanted.visibility = visibility(options) or "private"
  wanted.properties[SOURCE], wanted.properties[STATE] = image.id, UNFINISHED
  return wanted
end

--- Raises `usage` where a cloud has no such store for data.
---@param target Cloud
---@param store string
local function require_store(target, store)
  local stores = list.filter(target:stores(), function(one)
    return not one.read_only
  end)
  local names = list.map(stores, "id")
  if list.contains(names, store) then return end
  fail("usage", ("%s has no store '%s' for data"):format(target.name, store), {
    advice = "it has " .. table.concat(names, ", "),
  })
end

--- Raises what makes a copy impossible, before anything is begun.
---@param image Image
---@param target Cloud
---@param options CopyOptions
local function require_possible(image, target, options)
  for name in pairs(options) do
    if not known[name] then fail("usage", ("unknown option '%s' for transfer.copy"):format(name)) end
  end
  if options.method and not ways[options.method] then
    fail("usage", ("no copy goes by '%s'"):format(options.method), {
      advice = "the ways are stream and glance-download; leave method out for whatever serves",
    })
  end
  if options.members and #options.members > 0 and (options.visibility or "shared") ~= "shared" then
    fail("usage", ("a copy that is %s has no members"):format(options.visibility), {
      advice = "leave visibility out, or members",
    })
  end
  likeness.require_data(image)
  likeness.require_use(image, options.without)
  if options.store then require_store(target, options.store) end
  for _, project in ipairs(options.members or {}) do
    local _, err = try(target.project, target, project)
    if err then
      fail.because(
        err,
        ("a copy in %s cannot be shared with %s"):format(target.name, project),
        "under another Keystone a project has another ID: leave members out, and share the copy there; "
          .. "where it is one Keystone, add a clouds.yaml entry that logs in to the project"
      )
    end
  end
end

--- Whether an image says of itself that it is a copy of this source, and belongs to the target's project. An
--- image that does not is never completed, changed or removed, whatever its ID and its name are.
---@param there Image
---@param image Image
---@param target Cloud
---@return boolean
local function is_copy(there, image, target)
  return there.owner == target.project_id and there.properties[SOURCE] == image.id
end

--- The copy that an earlier run made or began, if there is one: one that is done before one that is not.
---@param image Image
---@param target Cloud
---@param name string?
---@return Image?
local function earlier(image, target, name)
  local found
  for _, hidden in ipairs { false, true } do
    local query = { owner = target.project_id, properties = { [SOURCE] = image.id }, os_hidden = hidden }
    for copy in target:images(query) do
      local is_usable = copy.name == name
        and is_copy(copy, image, target)
        and not list.contains({ "killed", "deleted", "pending_delete" }, copy.status)
      if is_usable and not copy.properties[STATE] then return copy end
      if is_usable then found = found or copy end
    end
  end
  return found
end

--- Whether data may go from server to server: the target's project sees the image by its own Keystone.
---
--- Where that is the one way asked for, and none, it raises `usage` and says why: Glance takes such an
--- import, and fails it later by no more than "Internal Error".
---@param image Image
---@param target Cloud
---@param options CopyOptions
---@return table? import  as `Image:import` takes it
local function fetching(image, target, options)
  if options.method == "stream" then return nil end
  local region = options.via and options.via.region
  local seen = region and try(options.via.find_image, options.via, image.id)
  local why
  if not region then
    why = ("the Keystone of %s knows no region that the image is in"):format(target.name)
  elseif not seen then
    why = ("by its own Keystone, %s does not see the image in %s"):format(target.name, region)
  elseif seen.os_hash_value ~= image.os_hash_value or seen.updated_at ~= image.updated_at then
    why = ("what %s sees as image %s in %s is another one"):format(target.name, image.id, region)
  elseif likeness.is_encrypted(image) then
    why = "it may take the properties of the source's encryption key along"
  elseif not list.contains(target:import_methods(), "glance-download") then
    why = ("the Glance of %s does not offer it"):format(target.name)
  else
    local stores = options.store and { options.store }
    return { method = "glance-download", region = region, source = image.id, stores = stores }
  end
  if options.method then
    fail("usage", "glance-download cannot do it: " .. why, {
      advice = "leave the method out, and the data come through this machine: "
        .. "servers hand an image over only within one Keystone, to a project that sees it",
    })
  end
end

--- Gives a copy its data: by the servers themselves where they can, else through this process.
---@param options CopyOptions
---@param import table?   how the servers would do it
---@param fetch fun(import: table): Image   has them do it
---@param send fun(): Image                 does it from here
---@return Image copy
---@return How how
local function fill(options, import, fetch, send)
  if import then
    local copy, err = try(fetch, import)
    if copy then return copy, "glance-download" end
    if options.method then error(err) end
    ui.note(("not by glance-download (%s): the data come through this machine"):format(err.message))
  end
  return send(), "stream"
end

--- The copy once nothing is on its way to it any more.
---@param copy Image
---@return Image copy  queued, or with its data
local function settled(copy)
  local told = false
  wait(function()
    copy = copy:refresh()
    if list.contains({ "queued", "active", "deactivated" }, copy.status) then return true end
    if not told then
      ui.note(
        ("image %s is %s: waiting for the end of what another run began, an hour at most"):format(
          copy.id,
          copy.status
        )
      )
    end
    told = true
  end, { timeout = 3600, what = ("the end of what another run does to image %s"):format(copy.id) })
  return copy
end

--- Goes on with a copy that an earlier run began, or finds it done.
---
--- It may still be `queued` when the import of a killed run begins: then it is waited for once more.
---@param image Image
---@param copy Image
---@param target Cloud
---@param options CopyOptions
---@return Image copy
---@return How how
local function take_up(image, copy, target, options)
  for attempt = 1, 3 do
    copy = settled(copy)
    if copy.status ~= "queued" then return copy, copy.properties[STATE] and "resumed" or "there" end
    local filled, how = try(fill, options, fetching(image, target, options), function(import)
      import.wait = true
      return copy:import(import)
    end, function()
      return copy:upload { from = image, store = options.store }
    end)
    if filled then return filled, how end
    -- Where two uploads begin at once, Glance may answer 410 to one of them though the image is there.
    if how.kind ~= "conflict" and how.status ~= 410 or attempt == 3 then error(how) end
  end
  return copy, "resumed"
end

--- An ID made of some texts: always the same of the same ones (FNV-1a, twice).
---@param ... string
---@return string
local function identity(...)
  local text = table.concat({ ... }, "\0")
  local function hash(seed)
    for i = 1, #text do
      seed = (seed ~ text:byte(i)) * 0x100000001b3
    end
    return seed
  end
  local hex = ("%016x%016x"):format(hash(0xcbf29ce484222325), hash(0x84222325cbf29ce4))
  local a, b, c, d, e = hex:match "^(%x%x%x%x%x%x%x%x)(%x%x%x%x)%x(%x%x%x)%x(%x%x%x)(.*)$"
  return ("%s-%s-8%s-a%s-%s"):format(a, b, c, d, e)
end

--- Makes a copy with its data. Whatever fails leaves no image behind.
---
--- Every run gives the copy the same ID, so what a killed run had on its way cannot become a second one.
--- Glance takes no ID twice: where one was used and is gone, the next is taken.
---@param image Image
---@param wanted table
---@param target Cloud
---@param options CopyOptions
---@return Image copy
---@return How how
local function make(image, wanted, target, options)
  local function create()
    wanted.resumable = true
    for count = 1, MOST_IDS do
      wanted.id = identity(image.id, target.project_id or "", wanted.name or "", tostring(count))
      local copy, err = try(target.create_image, target, wanted)
      if copy then return copy end
      local is_taken = err.status == 409 and err.op == "POST /v2/images"
      if not is_taken then error(err) end
      local there = target:find_image(wanted.id)
      if there and is_copy(there, image, target) then return (take_up(image, there, target, options)) end
    end
    wanted.id = nil
    return target:create_image(wanted)
  end
  return fill(options, fetching(image, target, options), function(import)
    wanted.import = import
    return create()
  end, function()
    wanted.import, wanted.from, wanted.store = nil, image, options.store
    return create()
  end)
end

--- Lets those see the copy who are to.
---@param copy Image
---@param wanted string?
---@param members string[]
---@return Image copy
local function shown_to(copy, wanted, members)
  if wanted and copy.visibility ~= wanted then copy = copy:update { visibility = wanted } end
  for _, project in ipairs(members) do
    local _, err = try(copy.add_member, copy, project)
    if err and err.kind ~= "conflict" then
      fail.because(err, ("image %s is copied, and not shared with %s"):format(copy.id, project))
    end
  end
  return copy
end

--- Raises what a copy failed with: where it was to go, and what to do about a property that is kept from it.
---
--- Source: glance/api/property_protections.py, ProtectedImageFactoryProxy.
---@param err Error
---@param image Image
---@param target Cloud
local function refused(err, image, target)
  local advice
  local property = tostring(err.message):match "Attribute '(.-)' is reserved"
  if property == SOURCE or property == STATE then
    advice = ("a copy is known by %s and %s: ask that cloud's administrators to let you set them"):format(
      SOURCE,
      STATE
    )
  elseif property then
    advice = ("that cloud keeps %s to other roles: leave it out (--without %s), or ask its administrators"):format(
      property,
      property
    )
  end
  fail.because(err, ("image %s is not copied to %s"):format(image.id, target.name), advice)
end

--- Puts the data of an image into another store of its cloud as well, by that cloud itself; returns the image
--- then.
---
--- Raises: forbidden (by Glance's default policy only administrators may), not_found (no such store),
--- conflict (it failed; in the cloud's words).
---@param image Image
---@param store string
---@return Image
function transfer.spread(image, store)
  if ("," .. (image.stores or "") .. ","):find("," .. store .. ",", 1, true) then return image end
  return image:import { method = "copy-image", stores = { store }, wait = true }
end

--- The copy, its data in that store too: they went to another where an earlier run sent them.
---@param copy Image
---@param store string
---@return Image
local function kept_in(copy, store)
  if not copy.stores then return copy end
  local kept, err = try(transfer.spread, copy, store)
  if err then fail.because(err, ("image %s is copied, and not put into store %s"):format(copy.id, store)) end
  return kept
end

--- Copies an image, and returns the copy and how it came there.
---
--- Name, formats, `min_disk`, `min_ram`, tags, custom properties, `os_hidden` and `protected` come along;
--- properties that are valid in the source's cloud only (`instance_uuid`, the certificate of a signature, …)
--- do not, and a note names them. An image that is of no use without such a property (an encryption key, a
--- kernel) is refused, unless `without` names it. It may be repeated: a copy of that name that is done is
--- left as it is, but for the store, the visibility and the members that are asked for. Whatever fails before
--- the data are there leaves no image behind; what fails later is gone on with by the next run.
---
--- Raises: conflict (the source is not active), invalid (a snapshot of volumes; encrypted data; a format that
--- the target does not take), forbidden (also a property that the target protects), limit (quota), not_found
--- (a member that is no project there), integrity, unavailable, usage (an option; a way that is none here).
---@param image Image     the source
---@param target Cloud    where the copy is to be
---@param options CopyOptions?
---@return Image copy
---@return How how
function transfer.copy(image, target, options)
  options = options or {}
  require_possible(image, target, options)
  local wanted = description(image, options)
  local begun = earlier(image, target, wanted.name)
  local copy, how
  if begun then
    copy, how = try(take_up, image, begun, target, options)
  else
    copy, how = try(make, image, wanted, target, options)
  end
  if not copy then refused(how, image, target) end
  likeness.require_same_data(image, copy)
  if how ~= "there" then
    local left = likeness.left_out(image, options)
    if #left > 0 then
      ui.note(
        ("image %s is copied without what is valid in its source's cloud only: %s"):format(
          copy.id,
          table.concat(left, ", ")
        )
      )
    end
    wanted.properties[STATE] = nil
    copy = copy:update(likeness.lacking(image, copy, wanted))
  end
  if options.store then copy = kept_in(copy, options.store) end
  return shown_to(copy, visibility(options), options.members or {}), how
end

return transfer
