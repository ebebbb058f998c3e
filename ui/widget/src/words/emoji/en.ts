// Emoji and their names as the Unicode CLDR gives them.
export const table = `😀 grinning face
😄 grinning face with smiling eyes
😂 face with tears of joy
🙂 slightly smiling face
😉 winking face
😊 smiling face with smiling eyes
😍 smiling face with heart-eyes
😘 face blowing a kiss
😎 smiling face with sunglasses
🤔 thinking face
😐 neutral face
🙄 face with rolling eyes
😕 confused face
😟 worried face
😢 crying face
😭 loudly crying face
😡 enraged face
😱 face screaming in fear
😴 sleeping face
🤒 face with thermometer
🤗 smiling face with open hands
🤭 face with hand over mouth
🤷 person shrugging
🙏 folded hands
👍 thumbs up
👎 thumbs down
👌 OK hand
👏 clapping hands
🙌 raising hands
💪 flexed biceps
👋 waving hand
🤝 handshake
☝️ index pointing up
✌️ victory hand
🤞 crossed fingers
👀 eyes
❤️ red heart
🧡 orange heart
💛 yellow heart
💚 green heart
💙 blue heart
💜 purple heart
💔 broken heart
✨ sparkles
🎉 party popper
🎁 wrapped gift
🎂 birthday cake
🔥 fire
⭐ star
☀️ sun
🌧️ cloud with rain
❄️ snowflake
🌈 rainbow
✅ check mark button
❌ cross mark
❗ red exclamation mark
❓ red question mark
⚠️ warning
🚫 prohibited
💡 light bulb
🔔 bell
📞 telephone receiver
📱 mobile phone
💻 laptop
🖥️ desktop computer
📷 camera
📎 paperclip
📄 page facing up
📦 package
🚚 delivery truck
🏠 house
🔑 key
🔌 electric plug
🔋 battery
📶 antenna bars
🛜 wireless
⏰ alarm clock
📅 calendar
🕐 one o’clock
💶 euro banknote
💳 credit card
🛒 shopping cart
☕ hot beverage
🍕 pizza
🍀 four leaf clover
🐶 dog face
🐱 cat face
🚗 automobile
🚲 bicycle
✈️ airplane
🔴 red circle
🟡 yellow circle
🟢 green circle
🔵 blue circle
⚪ white circle`;
