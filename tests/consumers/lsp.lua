-- Neovim with the lines of docs/editors.md: diagnostics, an unsaved edit, an action applied, hover, completion.
-- nvim --headless -u NONE -l lsp.lua ROOT LINES
local root, lines = arg[1], arg[2]
local function say(...) io.stdout:write(table.concat(vim.tbl_map(tostring, { ... }), ' ') .. '\n') end
local function check(condition, what)
  if not condition then
    say('not ok:', what)
    os.exit(1)
  end
  say('ok:', what)
end
local function wait(condition, what) check(vim.wait(10000, condition, 20), what) end

vim.cmd('cd ' .. vim.fn.fnameescape(root))
dofile(lines)
vim.cmd('edit app-config.production.yaml')
vim.bo.filetype = 'yaml'
local buffer = vim.api.nvim_get_current_buf()
local function find(code)
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    if diagnostic.code == code then return diagnostic end
  end
end
wait(function() return #vim.diagnostic.get(buffer) > 0 end, 'Neovim shows findings')
local client = vim.lsp.get_clients({ bufnr = buffer, name = 'stagecheck' })[1]
check(client, 'the server is the one of the docs')
-- Each file has a message of its own.
local base = vim.fn.bufadd(root .. '/app-config.yaml')
wait(function() return #vim.diagnostic.get(base) > 0 end, 'a layer that is not open has findings')

local function replace(from, to)
  for index, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:find(from, 1, true) then
      local new = line:sub(1, line:find(from, 1, true) - 1) .. to
      vim.api.nvim_buf_set_lines(buffer, index - 1, index, false, { new })
      return index - 1
    end
  end
  error('no ' .. from)
end
local row = replace('client: pg', 'client: postgres')
wait(function() return find('database-client-unknown') end, 'an edit that is not saved counts')
local diagnostic = find('database-client-unknown')

local function request(method, params)
  params.textDocument = vim.lsp.util.make_text_document_params(buffer)
  local response = client:request_sync(method, params, 5000, buffer)
  check(response and not response.err, method .. ' is answered')
  return response.result
end
local position = { line = diagnostic.lnum, character = diagnostic.col }
local range = { start = position, ['end'] = position }
local actions = request('textDocument/codeAction', { range = range, context = { diagnostics = {} } })
local fix
for _, action in ipairs(actions) do
  if action.isPreferred or (not fix and action.edit) then fix = action end
end
check(fix, 'there is a fix: ' .. (fix and fix.title or 'none'))
vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
wait(function() return not find('database-client-unknown') end, 'the fix is applied, and the finding gone')

local at = { line = 0, character = 0 }
local last_line = { line = vim.api.nvim_buf_line_count(buffer), character = 0 }
local all = request('textDocument/codeAction', { range = { start = at, ['end'] = last_line }, context = { diagnostics = {} } })
local ignore
for _, action in ipairs(all) do
  if vim.startswith(action.title, 'Ignore ') and not action.edit then ignore = action end
end
check(ignore, 'a comment is offered, and worked out later')
local resolved = client:request_sync('codeAction/resolve', ignore, 5000, buffer)
check(resolved and resolved.result and resolved.result.edit, ignore.title .. ' is worked out')
local rule = ignore.title:match('Ignore (%S+) here')
local count = #vim.tbl_filter(function(it) return it.code == rule end, vim.diagnostic.get(buffer))
vim.lsp.util.apply_workspace_edit(resolved.result.edit, client.offset_encoding)
wait(function()
  return #vim.tbl_filter(function(it) return it.code == rule end, vim.diagnostic.get(buffer)) < count
end, 'the comment suppresses its finding')
row = vim.fn.search('client: pg', 'nw') - 1

local hover = request('textDocument/hover', { position = { line = row, character = diagnostic.col - 6 } })
check(hover and hover.contents.value:find('| chain |', 1, true), 'hover says what each chain makes of a value')

vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { 'techdocs:', '  bui' })
local last = vim.api.nvim_buf_line_count(buffer) - 1
local items = request('textDocument/completion', { position = { line = last, character = 5 } })
local labels = vim.tbl_map(function(item) return item.label end, items.items or items)
check(vim.tbl_contains(labels, 'builder'), 'completion knows the keys of the schema')

vim.bo[buffer].modified = false
vim.cmd('edit packages/backend/Dockerfile')
vim.bo.filetype = 'dockerfile'
wait(function() return vim.lsp.buf_is_attached(0, client.id) end, 'a Dockerfile is sent')
check(vim.filetype.match({ filename = 'rstudio-connect.gcfg' }) == 'gcfg', 'a gcfg file is sent')
client:stop()
os.exit(0)
