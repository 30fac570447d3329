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

--- Changes of an image.
---@class (exact) UpdateImageOptions
---@field name? string
---@field visibility? string private, shared, community, public
---@field min_disk? integer GiB
---@field min_ram? integer MiB
---@field public protected? boolean
---@field os_hidden? boolean
---@field tags? string[] replaces all of them
---@field properties? table<string, string|false> only these change; `{ key = false }` removes one
---@field disk_format? string while the image is queued
---@field container_format? string while the image is queued
---@field owner? string project ID, for administrators

--- Changes the given fields and returns the image as it is then.
---
--- Request: PATCH /v2/images/{image_id}
--- Command: glance image-update, openstack image set, openstack image unset
--- Raises: usage, forbidden, conflict, invalid.
--- Source: glance/api/v2/images.py, ImagesController.update.
---@param options UpdateImageOptions
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

--- Where data come from: exactly one of `file`, `data`, `stdin` and `from`.
---@class (exact) StageOptions
---@field file? string a path under the working folder; a pipe is read once
---@field data? string|fun(): string? text, or a function that returns the next part, nil at the end
---@field stdin? boolean true reads standard input
---@field from? Image another image, of this cloud or another; it is streamed and not stored on this machine
---@field size? integer bytes that a function, a pipe or standard input gives, for clouds that need to know
---@field allow_empty? boolean lets an image become active without data

--- The same, and where the cloud keeps the data.
---@class (exact) UploadOptions: StageOptions
---@field store? string ID of the store

--- Sends its data, verified by hash, and returns the image as it is with them.
---
--- A file that changes meanwhile is refused. A function may wait, and what it raises is raised here.
---
--- Where the cloud fails for a moment, they are sent again from their start; what can be read only once is
--- not. The image stays queued then, and can be uploaded to once more.
---
--- Request: PUT /v2/images/{image_id}/file
--- Command: glance image-upload
--- Raises: usage (data that are none or cannot be read), invalid (formats not set, no such store), conflict
--- (has data already), limit, integrity, not_found (deleted meanwhile), and whatever a function or another
--- image raises. Source: glance/api/v2/image_data.py, ImageDataController.upload.
---@param options UploadOptions
---@return Image
function Image:upload(options) end

--- Sends data to where an import by glance-direct finds them, and returns the image, then in status
--- uploading.
---
--- Glance reports only their size; the hash is compared when the image that is returned is imported or waited
--- for, unless the cloud makes another format of the data.
---
--- Request: PUT /v2/images/{image_id}/stage
--- Command: glance image-stage, openstack image stage
--- Raises: usage, conflict (has data already, or staged ones), limit, forbidden (not the owner), integrity
--- (size). Source: glance/api/v2/image_data.py, ImageDataController.stage.
---@param options StageOptions
---@return Image
function Image:stage(options) end

--- Where the data of a download go: at most one of `file`, `to` and `stdout`.
---@class (exact) DownloadOptions
---@field file? string a path under the working folder
---@field overwrite? boolean replaces an existing file
---@field ranges? integer connections, 1 to 16; as many as make it faster, at most 4, unless given
---@field to? fun(part: string) called with each part; it may wait, and its error ends the download
---@field stdout? boolean true writes the data to standard output, which must be no terminal
---@field prefer? string[] stores: the first that has the data is read, if this Glance supports it

--- Receives its data, verified by hash: into a file, by a function, to standard output, or as text.
---
--- A file grows beside its name as `.part` and is renamed when it is complete and verified. Zeros become
--- holes. A run that was killed, stopped, or lost the cloud leaves the `.part`; the next one resumes it if
--- the image is still the same. With `to` and `stdout` the data are verified only at the end.
---
--- A connection that breaks is resumed where it broke. Returns the number of bytes, nothing after `stdout`,
--- and the data themselves without a target.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images/{image_id}/file
--- Command: glance image-download, openstack image save
--- Raises: usage (the file or its `.part` is there, is being downloaded, or cannot be written; more text than
--- there is memory for), conflict (the image has no data, or was changed during the download), not_found
--- (deleted during it), forbidden (deactivated, or a role that may only read), invalid (`prefer`: no such
--- store), integrity, unavailable (cut off again and again). Source: glance/api/v2/image_data.py,
--- ImageDataController.download.
---@param options? DownloadOptions
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

--- How an import gets its data, and where they go.
---@class (exact) ImportOptions
---@field method string glance-direct, web-download, copy-image, glance-download
---@field uri? string of web-download: http or https
---@field source? string of glance-download: the ID of the image there
---@field region? string of glance-download: another region of the same Keystone
---@field interface? string of glance-download: of that region's endpoint (public)
---@field stores? string[] where the data go, else the default store
---@field all_stores? boolean they go to every store
---@field all_stores_must_succeed? boolean false lets a store fail: see `properties.os_glance_failed_import`
---@field wait? boolean|number true, or seconds, waits for the end of the import (3600 seconds)

--- Has the cloud fetch its data, or spread them over stores, and returns the image as it is then.
---
--- `method` says from where:
---
--- * `"glance-direct"` takes what `image:stage` sent
--- * `"web-download"` takes `uri`, http or https
--- * `"copy-image"` takes a store that has them (for administrators, unless the cloud's policy says
---   otherwise)
--- * `"glance-download"` takes the image with the ID `source` in another `region` of the same Keystone, by
---   its endpoint of that `interface` (public); formats and some properties come along
---
--- An import continues after the call. With `wait` the call returns at its end, and raises the cloud's own
--- message if it fails; without it, `image:wait()` does.
---
--- Request: POST /v2/images/{image_id}/import
--- Command: glance image-import, glance image-create-via-import, openstack image import
--- Raises: usage (an option of another method), invalid (a method that the cloud does not offer: tells which
--- it does; a URI that it refuses), conflict (wrong status, formats not set, no such store, an import under
--- way; with `wait`, it failed), unavailable (with `wait`, not in time), forbidden, limit, not_found.
--- Source: glance/api/v2/images.py, ImagesController.import_image.
---@param options ImportOptions
---@return Image
function Image:import(options) end

--- How long to wait for a status, and how often to look.
---@class (exact) ImageWaitOptions
---@field status? string active unless given
---@field timeout? number seconds (3600)
---@field interval? number seconds between two looks; a tenth at first and up to ten later, unless given

--- Waits until its status is `active`, or another, and returns the image as it is then.
---
--- A failed import is reported with the message of its task, though the image is only `queued` again, or
--- stays `importing`.
---
--- Request: GET /v2/images/{image_id}
--- Request: GET /v2/images/{image_id}/tasks
--- Raises: conflict (it never will be: its import failed, or its status cannot lead there), unavailable (not
--- in time; tells what its task says), not_found (deleted meanwhile), usage.
--- Source: glance/domain/__init__.py, Image (the statuses); glance/async_/flows/api_image_import.py.
---@param options? ImageWaitOptions
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

--- A place where an image's data are.
---@class (exact) AddLocationOptions
---@field url string
---@field metadata? table any names and values of JSON; where the cloud shows locations
---@field validation_data? { os_hash_algo: string, os_hash_value: string } the hash that the data must have

--- Makes the data at `url` its data, or another copy of them, and returns the image as it is then.
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
---@param options AddLocationOptions
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
