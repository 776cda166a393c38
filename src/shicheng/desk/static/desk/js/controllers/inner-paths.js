// Lets a form send a whole folder: browsers' own forms lose the inner paths, so they go beside the files as a list.
export function keepInnerPaths(root) {
  for (const form of root.querySelectorAll("form[data-inner-paths]")) {
    const files = form.querySelector("input[name=files]");
    files.webkitdirectory = true;
    form.querySelector("[data-flat]").hidden = true;
    form.querySelector("[data-deep]").hidden = false;
    files.addEventListener("change", () => {
      const paths = [...files.files].map((file) => file.webkitRelativePath || file.name);
      form.elements.paths.value = JSON.stringify(paths);
      form.elements.folder.value = (paths[0] || "").split("/")[0];
    });
  }
}
