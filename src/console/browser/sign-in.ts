const form = document.querySelector('form')!;
const trouble = document.querySelector<HTMLElement>('.trouble')!;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(form));
  const response = await fetch('/console/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  }).catch(() => null);
  if (response?.ok) return location.reload();
  const { error } = (await response?.json().catch(() => null)) ?? { error: 'Firstline cannot be reached.' };
  trouble.textContent = error;
  trouble.hidden = false;
});
