// Tooltips for fingers: a tap on a shape writes its title below the chart.
document.addEventListener("click", (event) => {
  const title = event.target.closest?.("svg path, svg use")?.querySelector("title");
  if (title) title.closest("figure").querySelector("output").value = title.textContent;
});
