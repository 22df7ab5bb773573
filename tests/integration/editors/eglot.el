;;; Opens app.py with eglot, types a line, waits for its finding, takes a fix, allows another finding, saves.  -*- lexical-binding: t -*-

(package-initialize)
(require 'cl-lib)
(require 'eglot)
(require 'flymake)
(require 'python)

(defconst s3lint-patience 60 "Seconds after which a server that says nothing has failed.")

(defun s3lint-wait (what holds)
  "Wait until HOLDS returns something; fail for want of WHAT."
  (let ((end (+ (float-time) s3lint-patience)))
    (while (not (funcall holds))
      (when (> (float-time) end)
        (princ (format "no %s: %S\n" what (s3lint-codes)))
        (kill-emacs 1))
      (accept-process-output nil 0.05))))

(defun s3lint-codes ()
  "The codes of the findings that Flymake shows, in order."
  (sort (mapcar (lambda (found)
                  (let ((text (flymake-diagnostic-text found)))
                    (if (string-match "STO[0-9]+" text) (match-string 0 text) text)))
                (flymake-diagnostics))
        #'string<))

(defun s3lint-choose (beginning row)
  "Take the code action on ROW whose title starts with BEGINNING."
  (goto-char (point-min))
  (forward-line (1- row))
  (let ((last-nonmenu-event t)
        chosen)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt choices &rest _)
                 (setq chosen (seq-find (lambda (title) (string-prefix-p beginning title)) (mapcar #'car choices))))))
      (eglot-code-actions (line-beginning-position) (line-end-position) nil t))
    (princ (format "chosen: %s\n" chosen))))

(setq eglot-sync-connect 30
      eglot-send-changes-idle-time 0.1
      eglot-confirm-server-initiated-edits nil
      flymake-no-changes-timeout 0.1)
(add-to-list 'eglot-server-programs
             `(python-mode . (,@(split-string (getenv "S3LINT") " ") "server")))

(find-file "app.py")
(python-mode)
(apply #'eglot--connect (eglot--guess-contact))
(eglot--maybe-activate-editing-mode)
(s3lint-wait "finding on opening" (lambda () (equal (s3lint-codes) '("STO201"))))
(princ "opened: STO201\n")
(goto-char (point-max))
(insert "s3.upload_file(\"🪣.pdf\", BUCKET, \"reports/a.pdf\")\n")
(eglot--signal-textDocument/didChange)
(s3lint-wait "finding after typing" (lambda () (equal (s3lint-codes) '("STO201" "STO301"))))
(princ "typed: STO201 STO301\n")
(s3lint-choose "Pass" 6)
(eglot--signal-textDocument/didChange)
(s3lint-wait "end of the finding" (lambda () (equal (s3lint-codes) '("STO201"))))
(s3lint-choose "Suppress STO201" 5)
(eglot--signal-textDocument/didChange)
(s3lint-wait "end of all findings" (lambda () (null (s3lint-codes))))
(save-buffer)
(kill-emacs 0)
