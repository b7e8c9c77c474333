// 代办设置: whoever is away is not offered as the one who stands in for him.
const absent = document.getElementById('absent');
const standIn = document.getElementById('stand_in');

function leaveOut() {
  [...standIn.options].forEach((option) => {
    option.hidden = option.value !== '' && option.value === absent.value;
    option.disabled = option.hidden;
    if (option.hidden && option.selected) standIn.value = '';
  });
}

if (absent && standIn) {
  absent.addEventListener('change', leaveOut);
  leaveOut();
}
