-- Opens app.py, types a line, waits for its finding, takes a fix, allows another finding, saves; what was seen goes to standard output.

local command = vim.split(vim.env.S3LINT, " ")
local PATIENCE = 60000

local function wait(what, holds)
  if not vim.wait(PATIENCE, holds, 20) then
    print("no " .. what .. ": " .. vim.inspect(vim.diagnostic.get(0)))
    vim.cmd("cquit")
  end
end

local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, each.user_data and each.user_data.lsp and each.user_data.lsp.code or each.code)
  end
  table.sort(found)
  return table.concat(found, " ")
end

local function choose(beginning, row)
  vim.api.nvim_win_set_cursor(0, { row, 0 })
  local chosen
  vim.ui.select = function(items, _, done)
    for index, item in ipairs(items) do
      local action = item.action or item[2]
      if vim.startswith(action.title, beginning) then
        chosen = action.title
        return done(item, index)
      end
    end
    print("not offered: " .. beginning)
    vim.cmd("cquit")
  end
  local tick = vim.api.nvim_buf_get_changedtick(0)
  vim.lsp.buf.code_action()
  wait(beginning, function() return chosen and vim.api.nvim_buf_get_changedtick(0) ~= tick end)
  print("chosen: " .. chosen)
end

vim.cmd("edit app.py")
vim.bo.filetype = "python"
local client = vim.lsp.start_client({ name = "s3lint", cmd = vim.list_extend(command, { "server" }), root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)

wait("finding on opening", function() return codes() == "STO201" end)
print("opened: " .. codes())
vim.api.nvim_buf_set_lines(0, -1, -1, false, { 's3.upload_file("🪣.pdf", BUCKET, "reports/a.pdf")' })
wait("finding after typing", function() return codes() == "STO201 STO301" end)
print("typed: " .. codes())
choose("Pass", 6)
wait("end of the finding", function() return codes() == "STO201" end)
choose("Suppress STO201", 5)
wait("end of all findings", function() return codes() == "" end)
vim.cmd("silent write")
vim.cmd("qall")
