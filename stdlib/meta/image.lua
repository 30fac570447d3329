---@meta

assert(false, 'stdlib/meta/image.lua is documentation; images come from a cloud: require "glance"')

--- An iterator over images: `for image in cloud:images{…} do`.
---@class Images
local Images = {}

--- All that are left, as a list.
---@return Image[]
function Images:collect() end

--- The next one, or nil.
---@return Image|nil
function Images:first() end

--- One image as Glance told it: a snapshot. What Glance told no value for is nil.
---@class Image
---@field id string
---@field name? string
---@field status string queued, saving, uploading, importing, active, deactivated, killed, deleted, pending_delete
---@field visibility string private, shared, community, public
---@field owner? string project ID
---@field size? integer bytes
---@field virtual_size? integer bytes
---@field disk_format? string
---@field container_format? string
---@field min_disk integer GiB
---@field min_ram integer MiB
---@field public protected boolean
---@field os_hidden boolean
---@field checksum? string MD5, hexadecimal
---@field os_hash_algo? string
---@field os_hash_value? string hexadecimal
---@field tags string[]
---@field properties table<string, string> everything that is no field of Glance's image schema
---@field created_at string ISO 8601
---@field updated_at string ISO 8601
---@field direct_url? string where the cloud shows it
---@field stores? string comma-separated, where the cloud has several
---@field self string path
---@field file string path
---@field schema string path
local Image = {}

--- Changes what is named and returns the image as it is then; `properties = { key = false }` removes that
--- one.
---
--- `name` `visibility` `min_disk` `min_ram` `protected` `os_hidden` `tags` `properties`; `disk_format` and
--- `container_format` only while queued; `owner` for admins.
---
--- Request: PATCH /v2/images/{image_id}
--- Command: glance image-update, openstack image set, openstack image unset
--- Raises: usage, forbidden, conflict, invalid.
--- Source: glance/api/v2/images.py, ImagesController.update.
---@param options table
---@return Image
function Image:update(options) end

--- Deletes it, its data and its members. The ID can never be used again.
---
--- Request: DELETE /v2/images/{image_id}
--- Command: glance image-delete, openstack image delete
--- Raises: forbidden (protected, or not the owner), conflict (in use), not_found.
--- Source: glance/api/v2/images.py, ImagesController.delete.
function Image:delete() end

--- The image as it is now.
---
--- Request: GET /v2/images/{image_id}
--- Raises: not_found.
--- Source: glance/api/v2/images.py, ImagesController.show.
---@return Image
function Image:refresh() end

--- Sends its data, verified by hash, and returns the image as it is with them.
---
--- The data are named by one of these:
---
--- * `file`: a path under the working folder. One that is written to meanwhile is refused; a pipe is read
---   once.
--- * `data`: text, or a function that gives the next part of it at each call and nil at the end. It may wait,
---   and what it raises is raised here.
--- * `stdin`: true for standard input.
--- * `from`: another image, of this cloud or another, which is streamed and never lies on this machine.
---
--- `size` says how many bytes a function, a pipe or standard input gives, for clouds that want to know
--- beforehand. `allow_empty` lets an image become active without data. `store` names where the cloud is to
--- keep them.
---
--- Where the cloud fails for a moment, they are sent again from their start; what can be read only once is
--- not. The image stays queued then, and can be uploaded to once more.
---
--- Request: PUT /v2/images/{image_id}/file
--- Command: glance image-upload
--- Raises: usage (data that are none or cannot be read), invalid (formats not set, no such store), conflict
--- (has data already), limit, integrity, not_found (deleted meanwhile), and whatever a function or another
--- image raises. Source: glance/api/v2/image_data.py, ImageDataController.upload.
---@param options table
---@return Image
function Image:upload(options) end

--- Sends data to where an import by glance-direct finds them, and returns the image, then in status
--- uploading.
---
--- They are named as for `Image:upload`: by `file`, `data`, `stdin` or `from`, with `size` and `allow_empty`.
--- Glance tells only their size; the hash is compared when the image that is returned is imported or waited
--- for, unless the cloud makes another format of the data.
---
--- Request: PUT /v2/images/{image_id}/stage
--- Command: glance image-stage, openstack image stage
--- Raises: usage, conflict (has data already, or staged ones), limit, forbidden (not the owner), integrity
--- (size). Source: glance/api/v2/image_data.py, ImageDataController.stage.
---@param options table
---@return Image
function Image:stage(options) end

--- Receives its data, verified by hash: into `file`, to a function, to standard output, or as text.
---
--- `file` is a path under the working folder; it grows beside that name as `.part` and is renamed when it is
--- whole and right. `overwrite` replaces one that is there. Zeros are left as holes. A run that was killed,
--- stopped, or could not reach the cloud any more leaves the `.part`, and the next one goes on with it if the
--- image is still the same. `ranges` is over how many connections it is received, 1 to 16; left out, over as
--- many as make it faster, 4 at most.
---
--- `to` is a function that is called with each part, a text; it may await, and its error ends the download.
--- `stdout = true` writes the data to standard output, which must be no terminal. Of both, what came is only
--- known to be right at the end.
---
--- `prefer` is a list of stores: of those that have the data, the first is read, else any other. A cloud
--- whose Glance does not know that takes the store it likes.
---
--- Whatever breaks off is asked for again from there. Returns the number of bytes, nothing after `stdout`,
--- and the data themselves where nothing says where they go.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images/{image_id}/file
--- Command: glance image-download, openstack image save
--- Raises: usage (the file or its `.part` is there, is being downloaded, or cannot be written; more text than
--- there is memory for), conflict (the image has no data, or was changed during the download), not_found
--- (deleted during it), forbidden (deactivated, or a role that may only read), invalid (`prefer`: no such
--- store), integrity, unavailable (cut off again and again). Source: glance/api/v2/image_data.py,
--- ImageDataController.download.
---@param options? { file: string?, overwrite: boolean?, ranges: integer?, to: fun(part: string)?, stdout: boolean?, prefer: string[]? }
---@return integer|string|nil
function Image:download(options) end

--- Stops its data from being downloaded.
---
--- Request: POST /v2/images/{image_id}/actions/deactivate
--- Command: glance image-deactivate, openstack image set
--- Raises: forbidden (also while queued).
--- Source: glance/api/v2/image_actions.py.
function Image:deactivate() end

--- Lets its data be downloaded again.
---
--- Request: POST /v2/images/{image_id}/actions/reactivate
--- Command: glance image-reactivate, openstack image set
--- Raises: forbidden.
--- Source: glance/api/v2/image_actions.py.
function Image:reactivate() end

--- Adds a tag; one that is there stays.
---
--- Request: PUT /v2/images/{image_id}/tags/{tag_value}
--- Command: glance image-tag-update, openstack image set
--- Raises: limit (128 tags), forbidden (not the owner).
--- Source: glance/api/v2/image_tags.py.
---@param tag string
function Image:add_tag(tag) end

--- Removes a tag.
---
--- Request: DELETE /v2/images/{image_id}/tags/{tag_value}
--- Command: glance image-tag-delete, openstack image unset
--- Raises: not_found.
--- Source: glance/api/v2/image_tags.py.
---@param tag string
function Image:remove_tag(tag) end

--- Has the cloud fetch its data, or spread them over stores, and returns the image as it is then.
---
--- `method` says from where, and each has options of its own:
---
--- * `"glance-direct"` takes what `image:stage` sent
--- * `"web-download"` takes `uri`, http or https
--- * `"copy-image"` takes a store that has them (for administrators, unless the cloud's policy says
---   otherwise)
--- * `"glance-download"` takes the image with the ID `source` in another `region` of the same Keystone, by
---   its endpoint of that `interface` (public); formats and some properties come along
---
--- `stores` is a list of where they go, `all_stores` means every one, else the default one; with
--- `all_stores_must_succeed = false` a store may fail, which `properties.os_glance_failed_import` tells then.
---
--- An import goes on after the call. `wait = true`, or `wait = SECONDS`, waits for its end (an hour at most,
--- unless it is said), and raises in the cloud's words where it fails. Without it, `image:wait()` does.
---
--- Request: POST /v2/images/{image_id}/import
--- Command: glance image-import, glance image-create-via-import, openstack image import
--- Raises: usage (an option of another method), invalid (a method that the cloud does not offer: tells which
--- it does; a URI that it refuses), conflict (wrong status, formats not set, no such store, an import under
--- way; with `wait`, it failed), unavailable (with `wait`, not in time), forbidden, limit, not_found.
--- Source: glance/api/v2/images.py, ImagesController.import_image.
---@param options { method: string, uri: string?, region: string?, source: string?, interface: string?, stores: string[]?, all_stores: boolean?, all_stores_must_succeed: boolean?, wait: (boolean|number)? }
---@return Image
function Image:import(options) end

--- Waits until its status is `active`, or another, and returns the image as it is then.
---
--- Looks ten times a second at first, then ever less often, down to every ten seconds; `interval` is a fixed
--- number of seconds between two looks. Gives up after `timeout` seconds (3600). An import that failed is
--- told in the words of its task, though the image is merely `queued` again, or `importing` for ever.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images/{image_id}/tasks
--- Raises: conflict (it never will be: its import failed, or its status cannot lead there), unavailable (not
--- in time; tells what its task says), not_found (deleted meanwhile), usage.
--- Source: glance/domain/__init__.py, Image (the statuses); glance/async_/flows/api_image_import.py.
---@param options? { status: string?, timeout: number?, interval: number? }
---@return Image
function Image:wait(options) end

--- What the cloud does, or did, with it after it had answered: its imports. Those that one's own project
--- began.
---
--- The only place that tells a plain user how far an import is, and why it failed. Records end, mostly after
--- two days.
---
--- Request: GET /v2/images/{image_id}/tasks
--- Command: glance image-tasks
--- Raises: not_found (the image; or the cloud's Glance is older than 2.12).
--- Source: glance/api/v2/images.py, ImagesController.get_task_info.
---@return Tasks
function Image:tasks() end

--- Takes its data out of one of several stores; the last that has them is refused.
---
--- Request: DELETE /v2/stores/{store_id}/{image_id}
--- Command: glance stores-delete, openstack image delete
--- Raises: forbidden (the only store that has them; no administrator), conflict (no such store; it is not
--- active), not_found (it is not in that store; the cloud has but one store).
--- Source: glance/api/v2/images.py, ImagesController.delete_from_store.
---@param store string
function Image:delete_from_store(store) end

--- Makes what lies at `url` its data, or another place that they lie at, and returns the image as it is then.
---
--- Nothing is copied: whoever looks after that place must keep it. Of a queued image the cloud reads the data
--- for their hash, which takes time (`image:wait()`), and compares it with `validation_data` where that is
--- given.
---
--- An image that has data gets a second place, where the cloud shows locations. There, `metadata` also goes
--- with the place; the image is active at once then, and nothing is read: its hash is what `validation_data`
--- says, or none.
---
--- Request: POST /v2/images/{image_id}/locations
--- Request: PATCH /v2/images/{image_id}
--- Command: glance add-location, glance location-add
--- Raises: usage, conflict (neither queued nor active; another hash than it has), forbidden (no such URL from
--- this role; the cloud shows no locations), invalid (a URL that the cloud refuses; a hash that is none; it
--- lies there already), not_found (a Glance from before 2.17).
--- Source: glance/api/v2/images.py, ImagesController.add_location and _do_add_locations.
---@param options { url: string, metadata: table?, validation_data: { os_hash_algo: string, os_hash_value: string }? }
---@return Image
function Image:add_location(options) end

--- Sets the metadata of the location at `url`, all of them, and returns the image as it is then.
---
--- They are names with any values that JSON has; the cloud adds the location's `store` itself.
---
--- Request: GET /v2/images/{image_id}
--- Request: PATCH /v2/images/{image_id}
--- Command: glance location-update
--- Raises: usage, not_found (it has no location of that URL), forbidden (another's image; the cloud shows no
--- locations), conflict (neither queued nor active), invalid (others change its locations again and again).
--- Source: glance/api/v2/images.py, ImagesController._do_replace_locations.
---@param url string
---@param options { metadata: table }
---@return Image
function Image:update_location(url, options) end

--- Takes the location at `url` away, and returns the image as it is then; the last one is refused.
---
--- A store that can deletes the data there, so this is a deletion. Where somebody else changes the image's
--- locations at the same time, no other is hit.
---
--- Request: GET /v2/images/{image_id}
--- Request: PATCH /v2/images/{image_id}
--- Command: glance location-delete
--- Raises: not_found (it has no location of that URL), forbidden (the last one; no administrator; the cloud
--- shows no locations), conflict (not active), invalid (others change its locations again and again).
--- Source: glance/api/v2/images.py, ImagesController._do_remove_locations.
---@param url string
---@return Image
function Image:remove_location(url) end

--- Where its data lie, as a list of `{ url, metadata }`.
---
--- For the cloud's own services and administrators; anybody else is told what the image shows, on a cloud
--- where it does.
---
--- Request: GET /v2/images/{image_id}/locations
--- Request: GET /v2/images/{image_id}
--- Raises: forbidden (the cloud shows it to nobody else), not_found (a Glance from before 2.17).
--- Source: glance/api/v2/images.py, ImagesController.get_locations.
---@return { url: string, metadata: table }[]
function Image:locations() end

--- Its members: all of them for the owner, only itself for a member.
---
--- Request: GET /v2/images/{image_id}/members
--- Command: glance member-list, openstack image member list
--- Raises: forbidden (the image is not shared).
--- Source: glance/api/v2/image_members.py, ImageMembersController.index.
---@return Members
function Image:members() end

--- One member, the caller's own project unless another is named.
---
--- Request: GET /v2/images/{image_id}/members/{member_id}
--- Command: glance member-get, openstack image member get
--- Raises: not_found.
--- Source: glance/api/v2/image_members.py, ImageMembersController.show.
---@param project? string project ID
---@return Member
function Image:member(project) end

--- Makes a project a member, pending. Glance takes any text: verify it with `cloud:project` first.
---
--- Request: POST /v2/images/{image_id}/members
--- Command: glance member-create, openstack image add project
--- Raises: conflict (is one already; or the answer was lost, and it is one now, so that nobody can tell
--- whether this call added it), forbidden (not shared, or not the owner), limit.
--- Source: glance/api/v2/image_members.py, ImageMembersController.create.
---@param project string project ID
---@return Member
function Image:add_member(project) end

--- Takes a member away.
---
--- Request: DELETE /v2/images/{image_id}/members/{member_id}
--- Command: glance member-delete, openstack image remove project
--- Raises: not_found (is none), forbidden (not the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
---@param project string project ID
function Image:remove_member(project) end

--- Accepts it for the project it was read as; the same as `image:member():accept()` with one request less.
---
--- Request: PUT /v2/images/{image_id}/members/{member_id}
--- Command: glance member-update, openstack image set
--- Raises: not_found (that project is no member).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Image:accept() end

--- Rejects it for the project it was read as.
---
--- Request: PUT /v2/images/{image_id}/members/{member_id}
--- Command: glance member-update, openstack image set
--- Raises: not_found (that project is no member).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Image:reject() end
